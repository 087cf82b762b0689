// SPDX-License-Identifier: Apache-2.0
import CLinux
import GatewayModel
import Glibc
package import Reactor

/// Accepts connections on one reactor and writes their output once a turn. Confined to that reactor's thread.
package final class ConnectionServer {
    package let reactor: Reactor
    private let limits: ConnectionLimits
    private let maximumConnections: Int
    private var listeners: [Listener] = []
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var flushQueue: [Connection] = []
    private let units: (any UnitDirectory)?
    /// Connections whose peer's unit is being asked for.
    private var unitsAsked = 0
    let readBuffer: UnsafeMutableRawBufferPointer

    /// - Parameters:
    ///   - maximumConnections: on this reactor; further ones wait in the kernel's queue.
    ///   - units: who knows the unit of a process that `/proc` hides, if anybody.
    package init(
        reactor: Reactor, limits: ConnectionLimits, maximumConnections: Int, units: (any UnitDirectory)? = nil
    ) {
        self.reactor = reactor
        self.limits = limits
        self.maximumConnections = maximumConnections
        self.units = units
        readBuffer = .allocate(byteCount: 64 << 10, alignment: 16)
        reactor.join(self, last: true)
    }

    deinit { readBuffer.deallocate() }

    package var connectionCount: Int { connections.count }

    /// Accepts on `socket` from now on; `opened` is told of each connection, before its first line, and gives it a delegate.
    package func accept(on socket: ListeningSocket, opened: @escaping (Connection) -> Void) throws(ReactorError) {
        let listener = Listener(socket: socket, server: self, opened: opened)
        listener.registration = try reactor.register(socket.descriptor, [.readable, .exclusive], listener)
        listeners.append(listener)
    }

    /// Takes no further connections; those that are open go on.
    package func stopAccepting() {
        for listener in listeners { listener.pause() }
        listeners.removeAll()
    }

    package func closeAll() {
        for connection in Array(connections.values) { connection.close() }
    }

    func queueFlush(_ connection: Connection) {
        if connection.isQueuedForFlush { return }
        connection.isQueuedForFlush = true
        flushQueue.append(connection)
    }

    func forget(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = nil
        resumeListeners()
    }

    private func resumeListeners() {
        if !isFull { for listener in listeners { listener.resume() } }
    }

    fileprivate func adopt(_ descriptor: Int32, _ opened: @escaping (Connection) -> Void) {
        var hidden: PeerProcess?
        guard let peer = PeerAttestation.attest(descriptor, hidden: { hidden = consume $0 }) else {
            close(descriptor)
            return
        }
        guard let units, let process = hidden.take() else { return open(descriptor, peer, opened) }
        unitsAsked += 1
        units.findUnit(of: process) { [self] unit in
            unitsAsked -= 1
            open(descriptor, unit.map { peer.with(unit: ControlGroup.unit(toldBySystemd: $0)) } ?? peer, opened)
            // Had it failed, nobody else would.
            resumeListeners()
        }
    }

    private func open(_ descriptor: Int32, _ peer: PeerIdentity, _ opened: (Connection) -> Void) {
        guard let connection = try? Connection(descriptor: descriptor, peer: peer, server: self, limits: limits) else {
            close(descriptor)
            return
        }
        connections[ObjectIdentifier(connection)] = connection
        opened(connection)
    }

    fileprivate var isFull: Bool { connections.count + unitsAsked >= maximumConnections }
}

extension ConnectionServer: TurnParticipant {
    package var nextDeadline: UInt64? { nil }

    /// Flushing may deliver lines that waited for room, and so make more output: until all is written.
    package func endOfTurn(now: UInt64) {
        while !flushQueue.isEmpty {
            let queue = flushQueue
            flushQueue.removeAll(keepingCapacity: true)
            for connection in queue {
                connection.isQueuedForFlush = false
                connection.flush()
            }
        }
    }
}

/// Knows the systemd units of processes that `/proc` hides from the daemon. Confined to its reactor.
package protocol UnitDirectory: AnyObject {
    /// Calls `found` once, on the reactor, with the unit that the process is in, or nil when nobody can say: also when the
    /// process ended meanwhile, since what was found may be about another one then.
    func findUnit(of process: consuming PeerProcess, _ found: @escaping (String?) -> Void)
}

/// One listening socket's place on a reactor. All reactors wait on it; the kernel wakes one.
private final class Listener: ReadinessHandler {
    let socket: ListeningSocket
    unowned let server: ConnectionServer
    let opened: (Connection) -> Void
    var registration: Registration?

    init(socket: ListeningSocket, server: ConnectionServer, opened: @escaping (Connection) -> Void) {
        self.socket = socket
        self.server = server
        self.opened = opened
    }

    func descriptorReady(_ readiness: Readiness) {
        // A few a turn: the other reactors are to have some.
        for _ in 0..<16 {
            if server.isFull { return pause() }
            let descriptor = wicket_accept(socket.descriptor)
            if descriptor < 0 {
                if errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS { pauseBriefly() }
                return
            }
            server.adopt(descriptor, opened)
        }
    }

    func pause() {
        guard let registration else { return }
        server.reactor.unregister(registration)
        self.registration = nil
    }

    func resume() {
        guard registration == nil else { return }
        registration = try? server.reactor.register(socket.descriptor, [.readable, .exclusive], self)
    }

    /// The process is out of descriptors or memory: looking again at once would only spin.
    private func pauseBriefly() {
        pause()
        _ = server.reactor.schedule(at: server.reactor.now &+ 100_000_000) { [weak self] in self?.resume() }
    }
}
