// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayPolicy
import JSONBytes
import KeyVault
import ProviderAdapters
import WicketProtocol

/// `policies.*` over the admin socket: who may use what.
enum PolicyHandlers {
    static let all: [String: MethodHandler] = [
        PoliciesCreate.name: .plain(.admin) { request async throws(GatewayFailure) in try await create(request) },
        PoliciesList.name: .plain(.admin) { request async throws(GatewayFailure) in try list(request) },
        PoliciesGet.name: .plain(.admin) { request async throws(GatewayFailure) in try await get(request) },
        PoliciesUpdate.name: .plain(.admin) { request async throws(GatewayFailure) in try await update(request) },
        PoliciesDelete.name: .plain(.admin) { request async throws(GatewayFailure) in try await delete(request) },
        PoliciesTest.name: .plain(.admin) { request async throws(GatewayFailure) in try test(request) },
    ]

    private static func create(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(PoliciesCreate.Params.init(from:_:))
        let policies = request.session.services.shared.policies
        let text = PolicyText(
            match: given.parts.match ?? PolicyText.nothing, allow: given.parts.allow ?? PolicyText.nothing,
            deny: given.parts.deny ?? PolicyText.nothing, defaults: given.parts.defaults ?? PolicyText.nothing)
        return reply(
            try await inParams { () async throws(GatewayFailure) in
                try await policies.create(
                    given.name, text, priority: given.parts.priority ?? AccessPolicy.defaultPriority, by: request.peer)
            })
    }

    private static func update(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(PoliciesUpdate.Params.init(from:_:))
        let policies = request.session.services.shared.policies
        let parts = given.parts
        let change = PolicyChange(
            priority: parts.priority, match: parts.match, allow: parts.allow, deny: parts.deny, defaults: parts.defaults)
        return reply(
            try await inParams { () async throws(GatewayFailure) in
                try await policies.update(given.name, change, by: request.peer)
            })
    }

    /// They come in the order in which they are asked, so a page begins at a place and not behind a name.
    private static func list(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let page = try request.params(PoliciesList.Params.init(from:_:)).page
        var start = 0
        if let cursor = page.cursor {
            guard let place = Int(cursor), place >= 0 else {
                throw .wrongCursor("params.cursor")
            }
            start = place
        }
        let entries = request.session.services.shared.policies.list().dropFirst(start)
        let next = entries.count > page.limit ? String(start + page.limit) : nil
        return json(PoliciesList.Result(policies: entries.prefix(page.limit).map(description), nextCursor: next).write)
    }

    private static func get(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(PoliciesGet.Params.init(from:_:))
        let policies = request.session.services.shared.policies
        return reply(try await inParams { () async throws(GatewayFailure) in try policies.get(given.name) })
    }

    private static func delete(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(PoliciesDelete.Params.init(from:_:))
        let policies = request.session.services.shared.policies
        try await inParams { () async throws(GatewayFailure) in try await policies.delete(given.name, by: request.peer) }
        return json(PoliciesDelete.Result(name: given.name).write)
    }

    // MARK: What would happen

    private static func test(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(PoliciesTest.Params.init(from:_:))
        let shared = request.session.services.shared
        let peer = try identity(given, shared.policies.accounts)
        try refuseForeign(given.method)
        let steps = shared.policies.steps(for: peer)
        let passed = steps.compactMap { step in
            step.mismatch.map { PoliciesTest.Result.PassedBy(policy: step.policy.name, field: $0.rawValue) }
        }
        let policy = steps.last.flatMap { $0.mismatch == nil ? $0.policy : nil }
        var reason: String?
        if let policy { do throws(GatewayFailure) { try check(policy, given, shared) } catch { reason = error.message } }
        return json(
            PoliciesTest.Result(
                uid: Int(peer.uid), gid: peer.gid == .max ? nil : Int(peer.gid), groups: peer.groups.map { Int($0) },
                policy: policy?.name, passedBy: passed, isAllowed: reason == nil, reason: reason,
                defaults: policy.map { shown($0.text.defaults) } ?? PolicyText.nothing
            ).write)
    }

    /// In the order in which a call meets them.
    private static func check(
        _ policy: AccessPolicy, _ given: PoliciesTest.Params, _ shared: SharedServices
    ) throws(GatewayFailure) {
        if let method = given.method { try policy.checkMethod(method) }
        if let config = given.config { try policy.checkConfig(config) }
        var provider = given.provider
        if let key = given.virtualKey {
            try policy.checkKey(key, path: "virtual_key")
            provider = provider ?? (try? shared.vault.virtualKey(named: key))?.provider
        }
        if let provider { try policy.checkProvider(provider, path: "provider") }
        if let model = given.model {
            let known = provider.flatMap { shared.catalog.provider($0) }
            try policy.checkModel(
                asked: model, resolved: known.map { shared.catalog.resolveModel(model, for: $0) } ?? model,
                provider: provider ?? "", path: "model")
        }
    }

    private static func refuseForeign(_ method: String?) throws(GatewayFailure) {
        guard let method, !useMethods.contains(method) else { return }
        if RPCMethods.named(method) != nil {
            throw .invalidParams("params.method", "\(method) is not called on the use socket, and policies are for that one.")
        }
        let hint = nearestName(to: method, among: useMethods).map { " Did you mean \($0)?" } ?? " rpc.discover lists them."
        throw .invalidParams("params.method", "There is no method \(method).\(hint)")
    }

    /// Groups that were not given are those that the machine has for the user.
    private static func identity(
        _ given: PoliciesTest.Params, _ accounts: PolicyAccounts
    ) throws(GatewayFailure) -> PeerIdentity {
        var uid = given.uid.flatMap { UInt32(exactly: $0) }
        if let name = given.user {
            guard let id = accounts.userID(name) else {
                throw .invalidParams("params.user", "This machine has no user '\(name)'.")
            }
            if let uid, uid != id { throw .invalidParams("params.user", "The user '\(name)' has the uid \(id), not \(uid).") }
            uid = id
        }
        var groups: [UInt32] = []
        for (index, text) in (given.groups ?? []).enumerated() {
            guard let id = UInt32(text) ?? accounts.groupID(text) else {
                throw .invalidParams("params.groups[\(index)]", "This machine has no group '\(text)'.")
            }
            groups.append(id)
        }
        var gid = given.gid.flatMap { UInt32(exactly: $0) }
        if given.groups == nil, gid == nil, let uid, let user = Accounts.user(id: uid) {
            gid = user.gid
            groups = Accounts.groups(of: user)
        }
        // The highest id is nobody's, so no policy names it.
        return PeerIdentity(
            pid: 0, uid: uid ?? .max, gid: gid ?? .max, groups: groups, unit: given.unit, cgroup: given.cgroup)
    }

    // MARK: Parts

    private static func reply(_ entry: PolicyEntry) -> [UInt8] { json(description(entry).write) }

    private static func description(_ entry: PolicyEntry) -> PolicyDescription {
        let text = entry.policy.text
        return PolicyDescription(
            name: entry.policy.name, isFromFile: entry.row == nil, priority: entry.row?.priority, match: shown(text.match),
            allow: shown(text.allow), deny: shown(text.deny), defaults: shown(text.defaults), problem: entry.policy.problem,
            createdAt: entry.row.map { time($0.createdAtMilliseconds) },
            updatedAt: entry.row.map { time($0.updatedAtMilliseconds) })
    }

    /// What was damaged may not be JSON any more.
    private static func shown(_ part: [UInt8]) -> [UInt8] { (try? JSONDocument(part)) == nil ? PolicyText.nothing : part }

    private static func time(_ milliseconds: Int) -> String { Timestamp(milliseconds: milliseconds).description }
}
