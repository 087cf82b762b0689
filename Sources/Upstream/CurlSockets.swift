// SPDX-License-Identifier: Apache-2.0
import CCurl
import Glibc
import Reactor

/// curl's sockets on the reactor's epoll.
///
/// A connection's socket stays registered while the connection is idle, so that a request on a warm connection costs no
/// `epoll_ctl`. That needs to know when a socket opens and closes, hence curl's callbacks for both. curl 7.88 closes some
/// descriptors without the second one (a connection that is still being made, the pair that a resolver thread answers on); those
/// it must only have borrowed, see `watch`.
final class CurlSockets {
    private let reactor: Reactor
    /// By descriptor number.
    private var table: [CurlSocket?] = []

    init(reactor: Reactor) { self.reactor = reactor }

    /// Connections that stand. Counted anew each time: what is not yet one may end without a word.
    var connectionCount: Int { table.reduce(0) { $0 + ($1?.hasBeenRead == true && $1?.isOurs == true ? 1 : 0) } }

    /// CURLOPT_OPENSOCKETFUNCTION
    func open(_ family: Int32, _ type: Int32, _ protocolNumber: Int32) -> Int32 {
        let descriptor = socket(family, type | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), protocolNumber)
        if descriptor >= 0 { insert(CurlSocket(descriptor, isOurs: true, reactor: reactor)) }
        return descriptor
    }

    /// CURLOPT_CLOSESOCKETFUNCTION
    func close(_ descriptor: Int32) -> Int32 {
        remove(descriptor)
        return Glibc.close(descriptor)
    }

    /// CURLMOPT_SOCKETFUNCTION: what curl wants to know of a descriptor from now on.
    func watch(_ descriptor: Int32, _ what: Int32, for multi: CurlMulti) {
        guard what != CURL_POLL_REMOVE else { return release(descriptor) }
        var interest = Readiness.none
        if what & CURL_POLL_IN != 0 { interest.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.writable) }
        let socket = self[descriptor] ?? CurlSocket(descriptor, isOurs: false, reactor: reactor)
        if self[descriptor] == nil { insert(socket) }
        socket.use(interest, for: multi)
    }

    /// curl needs nothing of it for now; it may be about to close it. Only a connection that stands is sure to be closed by the
    /// callback: what was never read from is let go of, and is asked for anew should curl come back to it.
    private func release(_ descriptor: Int32) {
        guard let socket = self[descriptor] else { return }
        if socket.isOurs && socket.hasBeenRead { socket.rest() } else { socket.unregister() }
        if !socket.isOurs { remove(descriptor) }
    }

    private subscript(descriptor: Int32) -> CurlSocket? {
        table.indices.contains(Int(descriptor)) ? table[Int(descriptor)] : nil
    }

    private func insert(_ socket: CurlSocket) {
        let index = Int(socket.descriptor)
        while table.count <= index { table.append(nil) }
        // Whoever still stands here was closed without a word; the reactor ends its registration with the next one.
        table[index] = socket
    }

    private func remove(_ descriptor: Int32) {
        guard let socket = self[descriptor] else { return }
        socket.unregister(closed: true)
        table[Int(descriptor)] = nil
    }
}

/// One of curl's descriptors.
private final class CurlSocket: ReadinessHandler {
    let descriptor: Int32
    /// Opened by our callback, and not a pair of curl's own.
    let isOurs: Bool
    private(set) var hasBeenRead = false
    private let reactor: Reactor
    private var registration: Registration?
    private var interest = Readiness.none
    /// Who is told of events; nil while idle.
    private var multi: CurlMulti?

    init(_ descriptor: Int32, isOurs: Bool, reactor: Reactor) {
        self.descriptor = descriptor
        self.isOurs = isOurs
        self.reactor = reactor
    }

    func use(_ wanted: Readiness, for multi: CurlMulti) {
        self.multi = multi
        if wanted.contains(.readable) { hasBeenRead = true }
        if let registration {
            if interest != wanted { reactor.update(registration, wanted) }
        } else {
            registration = try? reactor.register(descriptor, wanted, self)
        }
        interest = wanted
    }

    /// Stays registered, for reading only: the next request on the connection begins by waiting for that.
    func rest() {
        multi = nil
        if let registration, interest != .readable { reactor.update(registration, .readable) }
        interest = .readable
    }

    func unregister(closed: Bool = false) {
        if let registration { reactor.unregister(registration, closed: closed) }
        registration = nil
        multi = nil
    }

    func descriptorReady(_ readiness: Readiness) {
        guard let multi else {
            // Idle and yet ready: the other side closed it, or it holds what a paused transfer has not taken. curl finds out when
            // it needs it.
            return unregister()
        }
        var what: Int32 = 0
        if readiness.contains(.readable) { what |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { what |= CURL_CSELECT_OUT }
        if readiness.isGone { what |= CURL_CSELECT_ERR }
        multi.socketReady(descriptor, what)
    }
}
