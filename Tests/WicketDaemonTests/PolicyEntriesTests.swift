// SPDX-License-Identifier: Apache-2.0
import GatewayPolicy
import Testing

@testable import WicketDaemon

@Suite struct PolicyEntriesTests {
    @Test func `policies keep the order of the file, names become ids`() throws {
        let policies = try read(
            """
            policies:
              - name: web
                match: {user: [www-data], group: [wicket, 7], unit: ["web@*.service"], cgroup: [/system.slice]}
                allow: {models: [gpt-4o], configs: []}
                deny:
                defaults: {config: {virtual_key: prod}, metadata: {team: web}, budget: b}
              - name: "0"
            """
        ).policies
        #expect(policies.map(\.name) == ["web", "0"])
        #expect(policies[0].match.users == [PolicyMatch.Account(name: "www-data", id: 33)])
        #expect(
            policies[0].match.groups
                == [PolicyMatch.Account(name: "wicket", id: 990), PolicyMatch.Account(name: nil, id: 7)])
        #expect(policies[0].allow.configs == [] && policies[0].deny == AccessLists())
        #expect(String(decoding: policies[0].text.allow, as: UTF8.self) == #"{"models":["gpt-4o"],"configs":[]}"#)
        #expect(policies[1].match == PolicyMatch())
        #expect(try read("policies:").policies.isEmpty)
    }

    @Test(arguments: [
        ("policies: {a: {}}", "w.yaml:1:11: `policies` must be a list of policies, the first to be asked at the top, not"),
        ("policies: [a]", "w.yaml:1:12: `policies` must be a mapping, not `a`"),
        ("policies:\n  - match: {}", "w.yaml:2:5: `policies` has a policy without a good `name`"),
        ("policies:\n  - name: a/b", "w.yaml:2:11: `policies` has a policy without a good `name`"),
        (
            "policies:\n  - name: a\n    mach: {}",
            "w.yaml:3:5: `policies` has a policy with `mach`, which is not a key; did you mean `match`?"
        ),
        ("policies:\n  - name: a\n    priority: 5", "w.yaml:3:5: `policies` has a `priority`: in the file the order"),
        ("policies:\n  - {name: a}\n  - {name: a}", "w.yaml:3:5: `policies` has two policies with the name `a`"),
        (
            "policies:\n  - name: a\n    match:\n      uid:\n        - 1\n        - x",
            "w.yaml:6:11: `policies` has `a`, where `match.uid[1]` must be a whole number"
        ),
        ("policies:\n  - name: a\n    match:\n      uid: 5", "w.yaml:4:7: `policies` has `a`, where `match.uid` must be a list"),
        (
            "policies:\n  - name: a\n    match: {user: [eve]}",
            "w.yaml:3:20: `policies` has `a`, where `match.user[0]` names the user 'eve', which this machine does not have"
        ),
        (
            "policies:\n  - name: a\n    deny: {methods: [chat.completion.create]}",
            "w.yaml:3:22: `policies` has `a`, where `deny.methods[0]` fits no method of the use socket"
        ),
        ("policies:\n  - name: a\n    allow: [x]", "w.yaml:3:5: `policies` has `a`, where `allow` must be an object"),
        (
            "policies:\n  - name: a\n    defaults:\n      config:\n        strategy: {mode: sideways}\n        targets: [{}]",
            "w.yaml:5:20: `policies` has `a`, where `defaults.config.strategy.mode`"
        ),
    ])
    func `a wrong policy is told with its place`(_ yaml: String, _ message: String) {
        let found = faults(yaml)
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
    }

    @Test func `all that is wrong is told at once`() {
        let found = faults(
            "policies:\n  - {name: a, match: {uid: [x, y]}, nothing: 1}\n  - {name: b, deny: {models: [1]}}\n  - {match: {}}")
        #expect(found.count == 5, "\(found)")
    }

    @Test func `the methods that policies are about are those of the use socket`() {
        #expect(useMethods.contains("chat.completions.create") && useMethods.contains("session.configure"))
        #expect(!useMethods.contains("policies.list") && !useMethods.contains("$/cancelRequest"))
    }
}
