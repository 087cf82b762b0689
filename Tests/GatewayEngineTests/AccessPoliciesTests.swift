// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import GatewayStore
import Synchronization
import Testing

@testable import GatewayEngine

@Suite struct AccessPoliciesTests {
    private static let methods = ["chat.completions.create", "logs.list"]

    private func policies(_ store: GatewayStore, _ accounts: PolicyAccounts = machine) async throws -> AccessPolicies {
        try await AccessPolicies(storage: store, accounts: accounts, methods: Self.methods, clock: testClock)
    }

    private func peer(_ uid: UInt32) -> PeerIdentity { PeerIdentity(pid: 1, uid: uid, gid: uid) }

    private func text(match: String = "{}", deny: String = "{}") -> PolicyText {
        PolicyText(match: bytes(match), deny: bytes(deny))
    }

    @Test func `the first that matches counts: the file's in their order, then by priority and name`() async throws {
        try await withStore { store in
            let policies = try await policies(store)
            for (name, priority) in [("b", 100), ("a", 100), ("late", 1000), ("early", 0)] {
                _ = try await policies.create(name, text(), priority: priority, by: nil)
            }
            #expect(policies.list().map(\.policy.name) == ["early", "a", "b", "late"])
            #expect(policies.decision(for: peer(1)).policy?.name == "early")
            policies.use(fromFile: [try fromFile("z", #"{"uid": [1]}"#), try fromFile("a", #"{"uid": [2]}"#)])
            #expect(policies.list().map(\.policy.name) == ["z", "a", "early", "b", "late"])
            #expect([1, 2, 3].map { policies.decision(for: peer($0)).policy?.name } == ["z", "a", "early"])
            #expect(policies.steps(for: peer(2)).map(\.policy.name) == ["z", "a"])
            #expect(policies.steps(for: peer(2)).map(\.mismatch) == [.uid, nil])
            policies.use(fromFile: [])
            #expect(policies.list().map(\.policy.name) == ["early", "a", "b", "late"])
        }
    }

    @Test func `each change, and nothing else, is another generation and another policy`() async throws {
        try await withStore { store in
            let policies = try await policies(store)
            #expect(policies.decision(for: peer(1)).policy == nil)
            var seen = [policies.generation]
            let made = try await policies.create("p", text(), by: nil).policy
            seen.append(policies.generation)
            #expect(policies.decision(for: peer(1)).policy === made)
            #expect(policies.decision(for: peer(1)).generation == policies.generation)
            _ = try await policies.create("q", text(), by: nil)
            seen.append(policies.generation)
            #expect(policies.decision(for: peer(1)).policy === made)
            let changed = try await policies.update("p", PolicyChange(match: bytes(#"{"uid": [2]}"#)), by: nil).policy
            seen.append(policies.generation)
            #expect(changed !== made && policies.decision(for: peer(2)).policy === changed)
            try await policies.delete("p", by: nil)
            seen.append(policies.generation)
            #expect(await failure { try await policies.delete("p", by: nil) }?.code == .notFound)
            #expect(await failure { try await policies.create("q", text(), by: nil) }?.code == .conflict)
            #expect(policies.generation == seen.last)
            #expect(Set(seen).count == 5)
        }
    }

    @Test func `stored ones are there again, changed in the parts that were given`() async throws {
        try await withStore { store in
            let first = try await policies(store)
            _ = try await first.create("p", text(match: #"{"uid": [1]}"#, deny: #"{"models": ["x"]}"#), priority: 5, by: nil)
            _ = try await first.update("p", PolicyChange(priority: 6, match: bytes(#"{"uid": [2]}"#)), by: nil)
            let again = try await policies(store)
            #expect(again.list().map(\.row) == first.list().map(\.row))
            #expect(again.list()[0].policy.text == text(match: #"{"uid": [2]}"#, deny: #"{"models": ["x"]}"#))
            #expect(again.list()[0].row?.priority == 6)
        }
    }

    @Test func `what is wrong is refused with its path, and stores nothing`() async throws {
        try await withStore { store in
            let policies = try await policies(store)
            for (text, path) in [
                (text(match: #"{"user": ["eve"]}"#), "match.user[0]"),
                (text(deny: #"{"methods": ["logs.lst"]}"#), "deny.methods[0]"),
                (
                    PolicyText(defaults: bytes(#"{"config": {"strategy": {"mode": "x"}, "targets": [{}]}}"#)),
                    "defaults.config.strategy.mode"
                ),
            ] {
                let failure = await failure { try await policies.create("p", text, by: nil) }
                #expect(failure?.code == .invalidParams && failure?.path == path)
            }
            #expect(try await store.loadPolicies().isEmpty)
            #expect(policies.list().isEmpty)
        }
    }

    @Test func `a name that the machine does not know for a while keeps its id`() async throws {
        try await withStore { store in
            let first = try await policies(store)
            _ = try await first.create("p", text(match: #"{"user": ["ada"], "group": ["staff"]}"#), by: nil)
            let nothingKnown = try await policies(store, PolicyAccounts(userID: { _ in nil }, groupID: { _ in nil }))
            let ada = PeerIdentity(pid: 1, uid: 1000, gid: 50)
            #expect(nothingKnown.decision(for: ada).policy?.problem == nil)
            #expect(nothingKnown.decision(for: ada).policy?.name == "p")
            let moved = try await policies(store, PolicyAccounts(userID: { _ in 2000 }, groupID: { _ in 50 }))
            #expect(moved.decision(for: ada).policy == nil)
            #expect(moved.decision(for: PeerIdentity(pid: 1, uid: 2000, gid: 50)).policy?.name == "p")
        }
    }

    @Test func `one that cannot be read any more is for everyone and allows nothing`() async throws {
        try await withStore { store in
            try await store.insertPolicyRow(
                PolicyRow(
                    name: "p", priority: 100, text: PolicyText(match: bytes(#"{"uid": [1]"#)), createdAtMilliseconds: 1,
                    updatedAtMilliseconds: 1), nil)
            let policies = try await policies(store)
            let policy = try #require(policies.decision(for: peer(77)).policy)
            #expect(throws: GatewayFailure.self) { try policy.checkMethod("chat.completions.create") }
            #expect(policy.problem == "match must be an object")
            _ = try await policies.update("p", PolicyChange(match: bytes(#"{"uid": [1]}"#)), by: nil)
            #expect(policies.decision(for: peer(77)).policy == nil)
        }
    }

    @Test func `a method or a config of another release does not make a stored policy unreadable`() async throws {
        try await withStore { store in
            let text = PolicyText(
                deny: bytes(#"{"methods": ["images.generate"]}"#),
                defaults: bytes(#"{"config": {"strategy": {"mode": "new"}, "targets": [{}]}}"#))
            try await store.insertPolicyRow(
                PolicyRow(name: "p", priority: 100, text: text, createdAtMilliseconds: 1, updatedAtMilliseconds: 1), nil)
            #expect(try await policies(store).list()[0].policy.problem == nil)
        }
    }

    @Test func `one of the file cannot be changed`() async throws {
        try await withStore { store in
            let policies = try await policies(store)
            _ = try await policies.create("p", text(), by: nil)
            policies.use(fromFile: [try fromFile("p", "{}")])
            for failure in [
                await failure { try await policies.create("p", text(), by: nil) },
                await failure { try await policies.update("p", PolicyChange(), by: nil) },
                await failure { try await policies.delete("p", by: nil) },
            ] {
                #expect(failure?.code == .conflict && failure?.message.contains("configuration file") == true)
            }
            #expect(policies.list().map(\.row) == [nil])
        }
    }

    private func fromFile(_ name: String, _ match: String) throws -> AccessPolicy {
        try PolicyCheck.read(name, text(match: match), accounts: machine, methods: nil)
    }
}

private let machine = PolicyAccounts(userID: { $0 == "ada" ? 1000 : nil }, groupID: { $0 == "staff" ? 50 : nil })
