// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayPolicy
import GatewayStore
import Testing

struct PolicyTableTests {
    private let row = PolicyRow(
        name: "web", priority: 7,
        text: PolicyText(
            match: Array(#"{"user": ["ada"]}"#.utf8), allow: Array(#"{"models":[]}"#.utf8), deny: Array("{}".utf8),
            defaults: Array(#"{"budget":"b"}"#.utf8)),
        users: ["ada": 4_294_967_294], groups: ["staff": 50, "a\"b": 0], createdAtMilliseconds: 5, updatedAtMilliseconds: 6)

    @Test func `a policy is kept as it was given`() async throws {
        try await withStore { test in
            let store = test.store
            try await store.insertPolicyRow(row)
            #expect(try await store.loadPolicies() == [row])
            var changed = row
            changed.priority = 8
            changed.text.deny = Array(#"{"providers": ["x"]}"#.utf8)
            changed.groups = [:]
            try await store.updatePolicyRow(changed)
            #expect(try await store.loadPolicies() == [changed])
            try await store.deletePolicyRow(named: "web")
            #expect(try await store.loadPolicies().isEmpty)
        }
    }

    @Test func `a name is there once, and what is not there is not found`() async throws {
        try await withStore { test in
            let store = test.store
            try await store.insertPolicyRow(row)
            #expect(await code { try await store.insertPolicyRow(row) } == .conflict)
            var other = row
            other.name = "other"
            #expect(await code { try await store.updatePolicyRow(other) } == .notFound)
            #expect(await code { try await store.deletePolicyRow(named: "other") } == .notFound)
            #expect(try await store.loadPolicies() == [row])
        }
    }

    private func code(_ body: () async throws -> Void) async -> ErrorCode? {
        do { try await body() } catch { return (error as? GatewayFailure)?.code }
        return nil
    }
}
