// SPDX-License-Identifier: Apache-2.0
import CLinux
import GatewayEngine
import GatewayModel
import GatewayPolicy
import JSONBytes
import JSONRPC
import Reactor
import SocketServer
import Synchronization
import WicketProtocol

/// One peer's conversation: lines become requests, requests run side by side, replies go out as they finish. Confined to the
/// reactor of its connection.
final class RPCSession {
    let connection: Connection
    let role: SocketRole
    let services: ReactorServices
    /// `session.configure`'s over the configuration's, once it was called.
    var ownDefaults: CallOptions?
    /// Whether those say a config, or that there is none.
    var ownDefaultsSayConfig = false
    /// See `policy`.
    var access: AccessDecision
    private var running: [RunningRequest] = []

    init(connection: Connection, role: SocketRole, services: ReactorServices) {
        self.connection = connection
        self.role = role
        self.services = services
        access = role == .use ? services.shared.policies.decision(for: connection.peer) : .unrestricted
        services.shared.counters.connections.add(1, ordering: .relaxed)
        connection.holdsSecrets = role == .admin
    }

    var defaults: CallOptions { ownDefaults ?? services.defaults }

    // MARK: Requests

    private func handle(_ line: [UInt8]) {
        switch JSONRPCMessage.parse(line) {
        case .request(let request): start(request, nil)
        case .notification(let notification): notify(notification)
        case .invalid(let invalid): refuse(invalid, nil)
        case .batch(let members): handle(batch: members)
        case .response: break  // The daemon asks nothing of its callers, so there is nothing that this could answer.
        }
    }

    private func handle(batch members: [JSONRPCMessage]) {
        let batch = BatchReplies(connection)
        // Held open until all members were started, so that one that ends at once does not end the batch.
        batch.expect()
        for member in members {
            switch member {
            case .request(let request): start(request, batch)
            case .notification(let notification): notify(notification)
            case .invalid(let invalid): refuse(invalid, batch)
            case .response, .batch: break
            }
        }
        batch.release()
    }

    private func refuse(_ invalid: JSONRPCInvalid, _ batch: BatchReplies?) {
        guard let batch else {
            return connection.write { JSONRPCWriter.error(id: invalid.rawID, invalid.error, to: &$0) }
        }
        batch.expect()
        batch.settle { JSONRPCWriter.error(id: invalid.rawID, invalid.error, to: &$0) }
    }

    private func start(_ request: JSONRPCRequest, _ batch: BatchReplies?) {
        let handle = RunningRequest(request, session: self, batch: batch)
        batch?.expect()
        do throws(GatewayFailure) {
            if running.count >= services.shared.maximumInFlight { throw .tooManyInFlight(services.shared.maximumInFlight) }
            let method = try services.methods.entry(for: request, role: role)
            try policy?.checkMethod(method.name)
            add(handle)
            services.shared.counters.inFlight.add(1, ordering: .relaxed)
            handle.task = services.reactor.spawn { await method.run(handle) }
            // It may have ended before `spawn` returned, and then nobody needs the task any more.
            if handle.hasReplied { handle.task = nil }
        } catch {
            handle.fail(error)
        }
    }

    private func notify(_ notification: JSONRPCNotification) {
        guard notification.isMethod("$/cancelRequest"), let params = notification.params,
            let id = notification.document.find("id", in: params)
        else { return }
        let raw = notification.document.raw(id)
        for request in running where request.request.rawID.elementsEqual(raw) { request.cancel() }
    }

    // MARK: What runs

    private func add(_ handle: RunningRequest) {
        handle.place = running.count
        running.append(handle)
    }

    /// Called once by each request that was added, with its reply.
    func remove(_ handle: RunningRequest) {
        guard let place = handle.place else { return }
        handle.place = nil
        services.shared.counters.inFlight.subtract(1, ordering: .relaxed)
        let last = running.removeLast()
        if last !== handle {
            running[place] = last
            last.place = place
        }
        if running.isEmpty, inputHasEnded { connection.closeWhenSent() }
        stopWipingSoon()
    }

    private var inputHasEnded = false

    // MARK: Traces

    /// Whether what this thread frees is overwritten: an admin's request may hold a key or a passphrase, in its line, its
    /// document and what is made of them, until all of that is gone.
    private var isWiping = false

    private func startWiping() {
        if isWiping { return }
        isWiping = true
        wicket_begin_wiping_freed_memory()
    }

    /// A request is let go of after its reply, so this is for the turn after.
    private func stopWipingSoon() {
        guard isWiping, running.isEmpty else { return }
        _ = services.reactor.schedule(at: services.reactor.now) { [self] in
            guard isWiping, running.isEmpty else { return }
            isWiping = false
            wicket_end_wiping_freed_memory()
            wicket_wipe_stack()
        }
    }
}

extension RPCSession: ConnectionDelegate {
    func received(_ line: LineSplitter.Line) {
        switch line {
        case .complete(let bytes):
            if role == .admin { startWiping() }
            handle(bytes)
            stopWipingSoon()
        case .tooLong:
            connection.write { out in
                JSONRPCWriter.error(id: nil, .lineTooLong(limit: services.shared.limits.lineBytes), to: &out)
            }
            // What is in flight is still answered; then the connection closes.
            connection.stopReading()
            inputEnded()
        }
    }

    func inputEnded() {
        inputHasEnded = true
        if running.isEmpty { connection.closeWhenSent() }
    }

    func closed() {
        services.shared.counters.connections.subtract(1, ordering: .relaxed)
        for request in running { request.cancel() }
    }
}

extension GatewayFailure {
    static var draining: GatewayFailure {
        GatewayFailure(
            .overloaded, "The daemon is stopping: connect again and send this to its successor.", retryAfterMilliseconds: 1000)
    }

    static func tooManyInFlight(_ limit: Int) -> GatewayFailure {
        GatewayFailure(
            .overloaded, "This connection has \(limit) requests in flight, which is the limit: wait for some to end.",
            retryAfterMilliseconds: 100)
    }
}
