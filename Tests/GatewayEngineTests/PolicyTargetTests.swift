// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import JSONBytes
import ProviderAdapters
import Routing
import Testing

@testable import GatewayEngine

/// Where a call may go under a policy. The vault has the keys `prod` and `other`, both of openai.
@Suite struct PolicyTargetTests {
    private let resolver = TargetResolver(catalog: .builtIn, secrets: TwoKeys())

    private func policy(allow: String = "{}", deny: String = "{}") throws -> AccessPolicy {
        try PolicyReader.read(
            "p", PolicyText(allow: bytes(allow), deny: bytes(deny)),
            accounts: PolicyAccounts(userID: { _ in nil }, groupID: { _ in nil }))
    }

    private func call(
        _ policy: AccessPolicy?, model: String = "gpt-4o", _ change: (inout CallOptions) -> Void = { $0.virtualKey = "prod" }
    ) throws -> GatewayCall {
        let document = try JSONDocument(#"{"model": "\#(model)", "messages": []}"#)
        var options = CallOptions()
        change(&options)
        return GatewayCall(
            operation: .chat, document: document, request: document.root, options: options,
            peer: PeerIdentity(pid: 1, uid: 1, gid: 1), policy: policy)
    }

    private func plan(_ json: String) throws -> Plan {
        let document = try JSONDocument(bytes(json))
        return try Plan.compile(document.root, of: document, path: "config")
    }

    @Test(arguments: [
        (#"{"virtual_keys": ["prod"]}"#, nil, nil), (#"{"virtual_keys": ["x"]}"#, nil, "options.virtual_key"),
        (nil, #"{"virtual_keys": ["prod"]}"#, "options.virtual_key"), (nil, #"{"providers": ["openai"]}"#, "options.virtual_key"),
        (#"{"providers": ["anthropic"]}"#, nil, "options.virtual_key"), (#"{"models": ["gpt-4*"]}"#, nil, nil),
        (#"{"models": ["openai/gpt-4o"]}"#, nil, nil), (nil, #"{"models": ["openai/*"]}"#, "request.model"),
        (#"{"models": ["o1"]}"#, nil, "request.model"),
    ] as [(String?, String?, String?)])
    func `a target is held to keys, provider and model`(allow: String?, deny: String?, path: String?) throws {
        let call = try call(try policy(allow: allow ?? "{}", deny: deny ?? "{}"))
        let found = Result { () throws(GatewayFailure) in try resolver.resolve(Plan.direct.targets[0], for: call, now: 1) }
        if let path {
            let failure = #expect(throws: GatewayFailure.self) { try found.get() }
            #expect(failure?.code == .permissionDenied && failure?.path == path)
        } else {
            #expect(try found.get().model == "gpt-4o")
        }
    }

    @Test func `each leaf of a plan is held to it, wherever it gets its key and model from`() throws {
        let plan = try plan(
            """
            {"strategy": {"mode": "fallback"}, "targets": [
                {"virtual_key": "prod"}, {"virtual_key": "other"}, {"provider": "@other"},
                {"virtual_key": "prod", "override_params": {"model": "o1"}}, {"provider": "local"},
                {"provider": "openai", "api_key": "sk-own"}]}
            """)
        let policy = try policy(allow: #"{"virtual_keys": ["prod"], "models": ["gpt-4o"]}"#)
        let targets = CallTargets(plan, try call(policy), resolver, now: 1)
        #expect(targets.candidates.map(\.isUsable) == [true, false, false, false, true, false])
        let paths = (0..<6).map { index -> String? in
            do throws(GatewayFailure) { _ = try targets.target(index) } catch { return error.path }
            return nil
        }
        #expect(
            paths == [
                nil, "options.config.targets[1].virtual_key", "options.config.targets[2].virtual_key",
                "options.config.targets[3].override_params.model", nil, "options.config.targets[5].api_key",
            ])
    }

    @Test func `a key that may not be used is refused before it is looked for`() throws {
        let policy = try policy(allow: #"{"virtual_keys": ["prod"]}"#)
        let failure = #expect(throws: GatewayFailure.self) {
            try resolver.resolve(Plan.direct.targets[0], for: try call(policy) { $0.virtualKey = "missing" }, now: 1)
        }
        #expect(failure?.code == .permissionDenied)
    }

    @Test func `what was found under one policy is found anew under another`() throws {
        var cache = TargetCache()
        let (one, two) = (try policy(deny: #"{"models": ["o1"]}"#), try policy(deny: #"{"virtual_keys": ["prod"]}"#))
        let free = cache.targets(.direct, try call(nil), resolver, now: 1)
        let first = cache.targets(.direct, try call(one), resolver, now: 1)
        #expect(first !== free)
        #expect(cache.targets(.direct, try call(one), resolver, now: 1) === first)
        let refused = cache.targets(.direct, try call(two), resolver, now: 1)
        #expect(throws: GatewayFailure.self) { try refused.target(0) }
        #expect(cache.targets(.direct, try call(nil), resolver, now: 1) === free)
    }
}

private struct TwoKeys: SecretSource {
    var generation: UInt64 { 1 }
    func virtualKey(named name: String) throws(GatewayFailure) -> VirtualKey {
        guard ["prod", "other"].contains(name) else { throw GatewayFailure(.notFound, "There is no virtual key '\(name)'.") }
        return VirtualKey(
            name: name, provider: "openai", baseURL: try BaseURL("https://api.openai.com/v1", parameter: "base_url"))
    }
    func apiKey(of name: String, for origin: String, by peer: PeerIdentity) throws(GatewayFailure) -> SecretBytes {
        throw GatewayFailure(.notFound, "This vault opens nothing.")
    }
}
