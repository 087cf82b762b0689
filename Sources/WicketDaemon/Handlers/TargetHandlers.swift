// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import Routing
import WicketProtocol

/// `targets.*`: the health of targets over the admin socket.
enum TargetHandlers {
    static let all: [String: MethodHandler] = [
        TargetsList.name: .plain(.admin) { request async throws(GatewayFailure) in try list(request) },
        TargetsReset.name: .plain(.admin) { request async throws(GatewayFailure) in try reset(request) },
        TargetsTrip.name: .plain(.admin) { request async throws(GatewayFailure) in try trip(request) },
    ]

    private static func list(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shared = request.session.services.shared
        return json(TargetsList.Result(targets: snapshots(shared).map { description($0, shared.clock) }).write)
    }

    private static func reset(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let name = try request.params(TargetsReset.Params.init(from:_:)).id
        return try change(name, request) { health, id, now in health.reset(id, now: now) }
    }

    private static func trip(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(TargetsTrip.Params.init(from:_:))
        return try change(given.id, request) { health, id, now in health.trip(id, for: given.milliseconds, now: now) }
    }

    /// Changes the target of that name and answers with what it is then.
    private static func change(
        _ name: String, _ request: RunningRequest, _ body: (inout TargetHealth, TargetID, _ now: UInt64) -> Bool
    ) throws(GatewayFailure) -> [UInt8] {
        let shared = request.session.services.shared
        let known = snapshots(shared).map(\.id)
        guard let id = known.first(where: { TargetName($0).text == name }) else { throw unknown(name, among: known) }
        let now = shared.clock.monotonicNanoseconds()
        let after = shared.health.withLock { health in
            body(&health, id, now) ? health.snapshot(of: id, now: now) : nil
        }
        guard let after else { throw unknown(name, among: []) }
        return json(description(after, shared.clock).write)
    }

    private static func snapshots(_ shared: SharedServices) -> [TargetSnapshot] {
        let now = shared.clock.monotonicNanoseconds()
        return shared.health.withLock { $0.snapshot(now: now) }
    }

    private static func unknown(_ name: String, among known: [TargetID]) -> GatewayFailure {
        let near = nearestName(to: name, among: known.map { TargetName($0).text })
        let hint = near.map { "Did you mean \($0)?" } ?? "Targets are known once they were asked: targets.list gives their ids."
        return GatewayFailure(.notFound, "There is no target \(name). \(hint)", path: "params.id")
    }

    private static func description(_ target: TargetSnapshot, _ clock: GatewayClock) -> TargetDescription {
        // A caller's own key, or none, is told apart by the address.
        let isVirtualKey = EntryName.isValid(target.id.key)
        var description = TargetDescription(
            id: TargetName(target.id).text, provider: target.id.provider, virtualKey: isVirtualKey ? target.id.key : nil,
            model: target.id.model, state: TargetDescription.State(target.state))
        description.failures = target.failures
        if target.state == .open, let left = target.openMilliseconds {
            description.openUntil = Timestamp(milliseconds: clock.wallMilliseconds() + left).description
        }
        description.latencyMilliseconds = target.latencyMilliseconds.map { ($0 * 1000).rounded() / 1000 }
        description.inFlight = target.inFlight
        description.requests = target.tries
        description.isKeyRejected = target.keyRejected
        return description
    }
}

extension TargetDescription.State {
    fileprivate init(_ state: BreakerState) {
        switch state {
        case .closed: self = .closed
        case .open: self = .open
        case .halfOpen: self = .halfOpen
        }
    }
}
