// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import Testing

@Suite struct CacheScopeTests {
    private let peer = PeerIdentity(pid: 1, uid: 1000, gid: 100)
    private let accounts = PolicyAccounts(userID: { _ in nil }, groupID: { _ in nil })

    private func policy(_ defaults: String) throws(PolicyFaults) -> AccessPolicy {
        try PolicyReader.read("web", PolicyText(defaults: Array(defaults.utf8)), accounts: accounts)
    }

    @Test(arguments: [
        ("{}", "uid:1000"), (#"{"cache_scope": null}"#, "uid:1000"), (#"{"cache_scope": "uid"}"#, "uid:1000"),
        (#"{"cache_scope": "policy"}"#, "policy:web"), (#"{"cache_scope": "host"}"#, "host"),
    ])
    func `a policy says with whom its callers share answers`(defaults: String, scope: String) throws {
        #expect(AccessPolicy.cacheScope(of: peer, under: try policy(defaults)) == scope)
    }

    @Test func `without a policy, and under one that cannot be read, each user is alone`() {
        #expect(AccessPolicy.cacheScope(of: peer, under: nil) == "uid:1000")
        let broken = AccessPolicy(
            unreadable: "web", text: PolicyText(defaults: Array(#"{"cache_scope": "host"}"#.utf8)), problem: "damaged")
        #expect(AccessPolicy.cacheScope(of: peer, under: broken) == "uid:1000")
    }

    @Test(arguments: [#""everyone""#, "1", "true", #"["host"]"#, #""""#, #""Host""#])
    func `any other scope is refused`(scope: String) {
        let faults = #expect(throws: PolicyFaults.self) { try policy(#"{"cache_scope": \#(scope)}"#) }
        #expect(faults?.faults == [PolicyFault(path: "defaults.cache_scope", message: "must be uid, policy or host")])
    }
}
