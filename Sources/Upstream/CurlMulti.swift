// SPDX-License-Identifier: Apache-2.0
import CCurl
import CCurlShim
import GatewayModel
import Reactor

/// One of libcurl's multi handles, driven by a reactor: the connections and the transfers on them.
///
/// curl's callbacks only note what happened and make tasks ready; those run when curl has returned.
final class CurlMulti: TurnParticipant {
    private let handle: UnsafeMutableRawPointer
    private let reactor: Reactor
    private let sockets: CurlSockets
    /// When curl wants its timers looked at; `.max` when it does not.
    private var deadline = UInt64.max

    /// - Parameter connectionsPerHost: 0 for no cap.
    init(reactor: Reactor, sockets: CurlSockets, connectionsPerHost: Int, idleConnections: Int) throws(GatewayFailure) {
        guard CurlLibrary.isReady, let handle = curl_multi_init() else {
            throw GatewayFailure(.internalError, "libcurl could not be started.")
        }
        self.handle = handle
        self.reactor = reactor
        self.sockets = sockets
        let user = Unmanaged.passUnretained(self).toOpaque()
        _ = wicket_curl_multi_set_watcher(handle, { _, descriptor, what, user, _ in
            withOwner(CurlMulti.self, user) { $0.sockets.watch(descriptor, what, for: $0) }
            return 0
        }, user)
        _ = wicket_curl_multi_set_timer(handle, { _, milliseconds, user in
            withOwner(CurlMulti.self, user) { $0.setTimer(milliseconds) }
            return 0
        }, user)
        _ = wicket_curl_multi_set_long(handle, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
        _ = wicket_curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, idleConnections)
        reactor.join(self)
    }

    /// Closes all connections. No transfer may be left.
    func close() {
        reactor.leave(self)
        curl_multi_cleanup(handle)
    }

    /// Starts a transfer in this turn of the loop.
    /// - Returns: false when curl refuses it.
    func add(_ easy: UnsafeMutableRawPointer) -> Bool { curl_multi_add_handle(handle, easy) == CURLM_OK }

    /// Takes a transfer off. One that has not ended loses its connection (HTTP/1.1) or stream (HTTP/2) at once.
    func remove(_ easy: UnsafeMutableRawPointer) { curl_multi_remove_handle(handle, easy) }

    func socketReady(_ descriptor: Int32, _ what: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(handle, descriptor, what, &running)
        settle()
    }

    // MARK: TurnParticipant

    var nextDeadline: UInt64? { deadline }

    func endOfTurn(now: UInt64) {
        if deadline > now { return }
        deadline = .max
        var running: Int32 = 0
        curl_multi_socket_action(handle, CURL_SOCKET_BAD, 0, &running)
        settle()
    }

    private func setTimer(_ milliseconds: Int) {
        switch milliseconds {
        case ..<0: deadline = .max
        case 0: deadline = 0
        default: deadline = reactor.now &+ UInt64(milliseconds) &* 1_000_000
        }
    }

    /// Tells the transfers that have ended.
    private func settle() {
        var code = CURLE_OK
        while let easy = wicket_curl_multi_next_done(handle, &code) {
            var owner: UnsafeMutableRawPointer?
            _ = wicket_curl_get_pointer(easy, CURLINFO_PRIVATE, &owner)
            withOwner(CurlTransfer.self, owner) { $0.curlEnded(code) }
        }
    }
}

/// The object behind a pointer that curl carried for us. It is unretained: whoever gave it to curl keeps it alive.
func withOwner<Owner: AnyObject>(_: Owner.Type, _ pointer: UnsafeMutableRawPointer?, _ body: (Owner) -> Void) {
    guard let pointer else { return }
    Unmanaged<Owner>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
}
