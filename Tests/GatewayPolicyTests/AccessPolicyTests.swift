// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import JSONBytes
import Testing

/// A machine with two users and two groups.
let testAccounts = PolicyAccounts(userID: { ["ada": 1000, "web": 33][$0] }, groupID: { ["staff": 50, "wicket": 990][$0] })

func policy(
    _ name: String = "p", match: String = "{}", allow: String = "{}", deny: String = "{}", defaults: String = "{}"
) throws -> AccessPolicy {
    try PolicyReader.read(
        name,
        PolicyText(match: Array(match.utf8), allow: Array(allow.utf8), deny: Array(deny.utf8), defaults: Array(defaults.utf8)),
        accounts: testAccounts)
}

@Suite struct AccessPolicyTests {
    private static let service = PeerIdentity(
        pid: 1, uid: 33, gid: 33, groups: [50, 60], unit: "web.service", cgroup: "/system.slice/web.service")

    @Test(arguments: [
        ("{}", nil),
        (#"{"uid": [33]}"#, nil), (#"{"uid": [1, 33]}"#, nil), (#"{"uid": [1000]}"#, .uid),
        (#"{"user": ["web"]}"#, nil), (#"{"user": ["ada"]}"#, .user), (#"{"user": ["ada", "web"]}"#, nil),
        (#"{"group": [33]}"#, nil), (#"{"group": ["staff"]}"#, nil), (#"{"group": [990, "staff"]}"#, nil),
        (#"{"group": ["wicket"]}"#, .group),
        (#"{"unit": ["web.service"]}"#, nil), (#"{"unit": ["web.*"]}"#, nil), (#"{"unit": ["*"]}"#, nil),
        (#"{"unit": ["web"]}"#, .unit), (#"{"unit": ["WEB.service"]}"#, .unit),
        (#"{"cgroup": ["/system.slice"]}"#, nil), (#"{"cgroup": ["/system.slice/"]}"#, nil), (#"{"cgroup": ["/"]}"#, nil),
        (#"{"cgroup": ["/system.slice/web.service"]}"#, nil), (#"{"cgroup": ["/system"]}"#, .cgroup),
        (#"{"cgroup": ["/system.slice/web"]}"#, .cgroup), (#"{"cgroup": ["/user.slice"]}"#, .cgroup),
        (#"{"uid": [33], "unit": ["web.service"], "group": [50]}"#, nil),
        (#"{"uid": [33], "unit": ["mail.service"]}"#, .unit), (#"{"uid": [1], "unit": ["web.service"]}"#, .uid),
        (#"{"uid": [33], "user": ["ada"]}"#, .user), (#"{"uid": null}"#, nil),
    ] as [(String, PolicyMatch.Field?)])
    func `every field that is given holds, by one of its values`(match: String, mismatch: PolicyMatch.Field?) throws {
        #expect(try policy(match: match).match.mismatch(Self.service) == mismatch)
    }

    @Test(arguments: [#"{"unit": ["*"]}"#, #"{"cgroup": ["/"]}"#])
    func `what an identity does not say holds for no pattern`(match: String) throws {
        #expect(try !policy(match: match).match.matches(PeerIdentity(pid: 1, uid: 0, gid: 0)))
    }

    @Test(arguments: [
        ("web.service", "web.service", true), ("*.service", "web.service", true),
        ("web.service", "user@1000.service/web.service", false),
        ("*web.service", "user@1000.service/web.service", false), ("*", "user@1000.service/web.service", false),
        ("user@1000.service/web.service", "user@1000.service/web.service", true),
        ("user@*.service/*", "user@1000.service/web.service", true), ("user@*.service/*", "user@1000.service/", true),
        ("*.service", "user@1000.service/", false),
    ])
    func `a unit of a user's own manager fits only a pattern that is for one`(pattern: String, unit: String, fits: Bool) throws {
        let peer = PeerIdentity(pid: 1, uid: 1000, gid: 1000, unit: unit)
        #expect(try policy(match: #"{"unit": ["\#(pattern)"]}"#).match.matches(peer) == fits)
    }

    // MARK: Lists

    private func isAllowed(_ body: () throws -> Void) -> Bool { (try? body()) != nil }

    @Test(arguments: [
        ("{}", "{}", true),
        (#"{"virtual_keys": ["prod"]}"#, "{}", true), (#"{"virtual_keys": ["pr*"]}"#, "{}", true),
        (#"{"virtual_keys": ["other"]}"#, "{}", false), (#"{"virtual_keys": []}"#, "{}", false),
        ("{}", #"{"virtual_keys": ["prod"]}"#, false), ("{}", #"{"virtual_keys": ["other"]}"#, true),
        ("{}", #"{"virtual_keys": []}"#, true),
        (#"{"virtual_keys": ["prod"]}"#, #"{"virtual_keys": ["p*d"]}"#, false),
        (#"{"virtual_keys": ["*"]}"#, #"{"virtual_keys": ["other"]}"#, true),
        (#"{"virtual_keys": ["@own"]}"#, "{}", false), (#"{"virtual_keys": ["PROD"]}"#, "{}", false),
    ])
    func `an allow list admits what it lists, and deny goes before it`(allow: String, deny: String, allowed: Bool) throws {
        let policy = try policy(allow: allow, deny: deny)
        #expect(isAllowed { try policy.checkKey("prod", path: "") } == allowed)
    }

    @Test func `a caller's own key and config stand in the lists by names of their own`() throws {
        let names = try policy(allow: #"{"virtual_keys": ["prod"], "configs": ["safe"]}"#)
        #expect(!isAllowed { try names.checkKey(AccessPolicy.ownKey, path: "") })
        #expect(!isAllowed { try names.checkConfig(AccessPolicy.inlineConfig) })
        let own = try policy(allow: #"{"virtual_keys": ["@own"], "configs": ["@inline"]}"#)
        #expect(isAllowed { try own.checkKey(AccessPolicy.ownKey, path: "") })
        #expect(isAllowed { try own.checkConfig(AccessPolicy.inlineConfig) })
        #expect(!isAllowed { try own.checkKey("prod", path: "") })
        let denied = try policy(deny: #"{"virtual_keys": ["@own"], "configs": ["@inline"]}"#)
        #expect(!isAllowed { try denied.checkKey(AccessPolicy.ownKey, path: "") })
        #expect(isAllowed { try denied.checkConfig("safe") })
    }

    @Test(arguments: [
        ("gpt-4o", true), ("openai/gpt-4o", true), ("gpt-4o-2024-08-06", true), ("openai/gpt-4o-2024*", true), ("openai/*", true),
        ("GPT-4O", true), ("gpt-4", false), ("azure/*", false), ("gpt-4o-mini", false),
    ])
    func `a model is listed as asked or as the provider calls it, alone or behind the provider`(
        pattern: String, fits: Bool
    ) throws {
        let (allow, deny) = (
            try policy(allow: #"{"models": ["\#(pattern)"]}"#), try policy(deny: #"{"models": ["\#(pattern)"]}"#)
        )
        func check(_ policy: AccessPolicy) throws {
            try policy.checkModel(asked: "gpt-4o", resolved: "gpt-4o-2024-08-06", provider: "openai", path: "request.model")
        }
        #expect(isAllowed { try check(allow) } == fits)
        #expect(isAllowed { try check(deny) } == !fits)
    }

    @Test func `some methods are always allowed, and a policy's default config too`() throws {
        let policy = try policy(
            allow: #"{"methods": [], "configs": []}"#, deny: #"{"methods": ["*"]}"#, defaults: #"{"config": "safe"}"#)
        for method in ["rpc.discover", "system.ping", "system.whoami"] { #expect(isAllowed { try policy.checkMethod(method) }) }
        #expect(!isAllowed { try policy.checkMethod("models.list") })
        #expect(isAllowed { try policy.checkConfig("safe") })
        #expect(!isAllowed { try policy.checkConfig("other") })
    }

    @Test(arguments: [
        (#"{"providers": ["anthropic", "local"]}"#, "{}", "it allows anthropic, local."),
        (#"{"providers": ["open*"]}"#, #"{"providers": ["openai"]}"#, "it allows open*, but not openai."),
        ("{}", #"{"providers": ["openai"]}"#, "it allows all but openai."),
        (#"{"providers": []}"#, "{}", "it allows none."),
    ])
    func `a refusal says what was refused, and what is allowed`(allow: String, deny: String, end: String) throws {
        let policy = try policy("web", allow: allow, deny: deny)
        let failure = #expect(throws: GatewayFailure.self) { try policy.checkProvider("openai", path: "options.provider") }
        #expect(failure?.code == .permissionDenied)
        #expect(failure?.path == "options.provider")
        #expect(failure?.message == "The policy 'web' does not allow the provider openai: \(end)")
    }

    @Test func `a policy that cannot be read is for everyone and refuses everything but the first questions`() {
        let policy = AccessPolicy(unreadable: "web", text: PolicyText(match: [1]), problem: "match must be an object")
        #expect(policy.match.matches(Self.service))
        #expect(isAllowed { try policy.checkMethod("system.ping") })
        let failure = #expect(throws: GatewayFailure.self) { try policy.checkMethod("models.list") }
        #expect(failure?.message.contains("'web' cannot be read") == true)
    }

    // MARK: Defaults

    @Test(arguments: [
        (nil, #"{"team":"web"}"#, #"{"team":"web"}"#), (#"{"run":1}"#, nil, #"{"run":1}"#), (nil, nil, nil),
        (#"{"team":"mine","run": 1}"#, #"{"team":"web"}"#, #"{"run":1,"team":"web"}"#),
        (#"{"team":"mine"}"#, #"{"te\u0061m":"web"}"#, #"{"te\u0061m":"web"}"#),
        (#"{"te\u0061m":"mine", "x":"y"}"#, #"{"team":"web"}"#, #"{"x":"y","team":"web"}"#),
    ] as [(String?, String?, String?)])
    func `what a policy says in the metadata nobody writes over`(own: String?, policys: String?, together: String?) throws {
        let defaults = try policy(defaults: policys.map { #"{"metadata": \#($0)}"# } ?? "{}").defaults
        let result = defaults.metadata(over: own.map { Array($0.utf8) })
        #expect(result.map { String(decoding: $0, as: UTF8.self) } == together)
    }
}
