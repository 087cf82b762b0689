// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayPolicy
import GatewayStore
import JSONBytes
import KeyVault
import ProviderAdapters
import Synchronization
import WicketProtocol

/// `system.*`, `rpc.discover` and `session.configure`: what the daemon says of itself, and its life.
enum SystemHandlers {
    static let all: [String: MethodHandler] = [
        SystemPing.name: .plain(.both) { request async throws(GatewayFailure) in
            _ = try request.params(known: [])
            return Array(#"{"pong":true}"#.utf8)
        },
        SystemInfo.name: .plain(.both) { request async throws(GatewayFailure) in try info(request) },
        SystemHealth.name: .plain(.both) { request async throws(GatewayFailure) in try health(request) },
        SystemWhoami.name: .plain(.both) { request async throws(GatewayFailure) in try whoami(request) },
        SystemReload.name: .plain(.admin) { request async throws(GatewayFailure) in try reload(request) },
        SystemDrain.name: .plain(.admin) { request async throws(GatewayFailure) in try drain(request) },
        RPCDiscover.name: .plain(.both) { request async throws(GatewayFailure) in
            _ = try request.params(known: [])
            var document = PackageResources.openrpc_json
            replaceLineBreaks(in: &document)
            return document
        },
        SessionConfigure.name: .plain(.both) { request async throws(GatewayFailure) in try configure(request) },
    ]

    private static func info(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shared = request.session.services.shared
        let facts = shared.facts
        return json(
            SystemInfo.Result(
                pid: Int(facts.pid), uid: Int(facts.uid),
                startedAt: Timestamp(milliseconds: facts.startedAtMilliseconds).description,
                uptimeMilliseconds: max(0, shared.clock.wallMilliseconds() - facts.startedAtMilliseconds),
                useSocket: facts.useSocket, adminSocket: facts.adminSocket, reactors: facts.reactors,
                vaultIsUnlocked: shared.vault.isUnlocked, providers: shared.catalog.ids.count,
                embedder: CacheStats.Embedder(shared.cache.semantics.embedderState), counters: shared.counters.snapshot
            ).write)
    }

    private static func health(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shared = request.session.services.shared
        let lost = shared.store.statistics.dropped
        let store =
            lost > 0
            ? SystemHealth.Check(
                name: "store", status: .warn, message: "\(lost) rows of the journal were lost: see whether the disk is full.")
            : SystemHealth.Check(name: "store", status: .ok)
        return json(
            SystemHealth.Result(
                checks: [store, check(shared.vault.condition)],
                draining: shared.isDraining.load(ordering: .relaxed)
            ).write)
    }

    private static func whoami(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let peer = request.peer
        return json(
            SystemWhoami.Result(
                ProcessDescription(peer), groups: peer.groups.map { Int($0) }, cgroup: peer.cgroup, container: peer.container,
                policy: request.session.policy?.name, isAdmin: request.session.role == .admin
            ).write)
    }

    private static func check(_ vault: VaultCondition) -> SystemHealth.Check {
        if let reason = vault.lockedReason { return SystemHealth.Check(name: "vault", status: .warn, message: reason) }
        if vault.unreadable == 0 { return SystemHealth.Check(name: "vault", status: .ok) }
        return SystemHealth.Check(
            name: "vault", status: .warn,
            message: "\(vault.unreadable) of \(vault.virtualKeys) virtual keys cannot be opened; virtual_keys.list tells why.")
    }

    private static func reload(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shared = request.session.services.shared
        let needsRestart = try shared.control.reload()
        return json(SystemReload.Result(configFile: shared.facts.configurationFile, needsRestart: needsRestart).write)
    }

    private static func drain(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shared = request.session.services.shared
        // This request is one of them, and it is about to end.
        let others = max(0, shared.counters.inFlight.load(ordering: .relaxed) - 1)
        shared.control.drain()
        return json(SystemDrain.Result(inFlight: others).write)
    }

    /// Sets the connection's default options: what a request says itself still wins, key by key.
    private static func configure(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let params = try request.params(known: ["defaults"])
        guard let node = params.node("defaults") else { throw GatewayFailure(params.missing("defaults", "an object of options")) }
        var defaults = request.session.services.defaults
        try defaults.apply(node, of: request.document, path: "params.defaults")
        request.session.ownDefaults = defaults
        request.session.ownDefaultsSayConfig = request.document.find("config", in: node) != nil
        let names = request.document.members(of: node).compactMap { request.document.string($0.key) }
        return json(SessionConfigure.Result(defaults: names).write)
    }
}
