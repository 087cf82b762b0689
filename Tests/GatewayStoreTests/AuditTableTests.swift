// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Synchronization
import Testing

let auditor = PeerIdentity(
    pid: 4242, uid: 1000, gid: 1001, executable: "/usr/bin/python3.11", unit: "app.service", container: "0123abcd")

/// A store whose clock says 1, 2, 3… milliseconds.
func withAuditStore(_ body: (TestStore) async throws -> Void) async throws {
    var options = StoreOptions()
    let ticks = Ticks()
    options.wallMilliseconds = { ticks.next() }
    try await withStore(options, body)
}

struct AuditTableTests {
    private func row(_ name: String) -> VaultRow {
        VaultRow(
            name: name, provider: "openai", baseURL: "https://a.example", origin: "https://a.example", fingerprint: "",
            secret: SealedSecret(keyVersion: 1, masterKeyID: "m", wrappedDataKey: [1], ciphertext: [2]),
            createdAtMilliseconds: 1, updatedAtMilliseconds: 1)
    }

    @Test func `an entry tells who did what to what, and when`() async throws {
        try await withAuditStore { test in
            test.store.append(AuditEvent(.keyFirstUsed, by: auditor, of: "prod", detail: "ü"))
            test.store.append(AuditEvent(.vaultUnlocked, by: nil))
            try await test.store.flush()
            let entries = try await test.store.auditEntries().entries
            #expect(entries.map(\.id) == [2, 1])
            #expect(entries.map(\.kind) == ["vault.unlocked", "key.first_used"])
            #expect(entries.map(\.subject) == ["", "prod"])
            #expect(entries.map(\.detail) == ["", "ü"])
            #expect(entries.map(\.atMilliseconds) == [2, 1])
            #expect(entries.map(\.actor) == [nil, auditor])
        }
    }

    @Test func `a change and its entry are there together, or neither is`() async throws {
        try await withAuditStore { test in
            let (store, created) = (test.store, AuditEvent(.keyCreated, by: auditor, of: "a"))
            try await store.insertVaultRow(row("a"), created)
            #expect(await failure { try await store.insertVaultRow(row("a"), created) }?.code == .conflict)
            #expect(await failure { try await store.updateVaultRow(row("b"), created) }?.code == .notFound)
            #expect(await failure { try await store.deleteVaultRow(named: "b", created) }?.code == .notFound)
            try await store.updateVaultRow(row("a"), AuditEvent(.keyRotated, by: auditor, of: "a"))
            try await store.updateVaultRow(row("a"))
            try await store.deleteVaultRow(named: "a", AuditEvent(.keyDeleted, by: auditor, of: "a"))
            #expect(try await store.auditEntries().entries.map(\.kind) == ["key.deleted", "key.rotated", "key.created"])
            #expect(try await store.verifyAudit().isValid)
        }
    }

    @Test func `a change whose entry cannot be written has not happened`() async throws {
        try await withAuditStore { test in
            try await test.store.write { try $0.execute("DROP TABLE audit") }
            let event = AuditEvent(.keyCreated, by: nil, of: "a")
            #expect(await failure { try await test.store.insertVaultRow(row("a"), event) } != nil)
            #expect(try await test.store.loadVault().isEmpty)
        }
    }

    @Test func `entries are found by kind, subject, user and time, a page at a time`() async throws {
        try await withAuditStore { test in
            let other = PeerIdentity(pid: 1, uid: 7, gid: 7)
            for index in 1...10 {
                test.store.append(
                    AuditEvent(
                        index % 2 == 0 ? .callDenied : .keyRotated, by: index % 3 == 0 ? other : auditor, of: "k\(index % 4)"))
            }
            try await test.store.flush()
            func ids(_ change: (inout AuditFilter) -> Void) async throws -> [Int] {
                var filter = AuditFilter()
                change(&filter)
                return try await test.store.auditEntries(matching: filter).entries.map(\.id)
            }
            #expect(try await ids { $0.kind = "call.denied" } == [10, 8, 6, 4, 2])
            #expect(try await ids { $0.subject = "k1" } == [9, 5, 1])
            #expect(try await ids { $0.uid = 7 } == [9, 6, 3])
            #expect(try await ids { $0.from = Timestamp(milliseconds: 4); $0.to = Timestamp(milliseconds: 7) } == [6, 5, 4])
            #expect(try await ids { $0.uid = 7; $0.kind = "call.denied" } == [6])
            var pages: [[Int]] = []
            var cursor: String?
            repeat {
                let page = try await test.store.auditEntries(limit: 4, cursor: cursor)
                pages.append(page.entries.map(\.id))
                cursor = page.nextCursor
            } while cursor != nil
            #expect(pages == [[10, 9, 8, 7], [6, 5, 4, 3], [2, 1]])
            #expect(await failure { try await test.store.auditEntries(cursor: "x!") }?.code == .invalidParams)
        }
    }

    @Test func `who has used a key is known from the log, until the name is another key's`() async throws {
        try await withAuditStore { test in
            let root = PeerIdentity(pid: 1, uid: 0, gid: 0)
            for event in [
                AuditEvent(.keyCreated, by: root, of: "a"), AuditEvent(.keyFirstUsed, by: auditor, of: "a"),
                AuditEvent(.keyFirstUsed, by: root, of: "a"), AuditEvent(.keyFirstUsed, by: auditor, of: "b"),
                AuditEvent(.keyCreated, by: root, of: "b"), AuditEvent(.keyDiverted, by: root, of: "b"),
            ] { test.store.append(event) }
            try await test.store.flush()
            let callers = Set(try await test.store.loadKeyCallers())
            #expect(callers == [KeyCaller(key: "a", uid: 1000, unit: "app.service"), KeyCaller(key: "a", uid: 0, unit: nil)])
        }
    }

    @Test func `entries go on where they ended after a restart`() async throws {
        try await withAuditStore { test in
            test.store.append(AuditEvent(.vaultUnlocked, by: nil))
            try await test.store.close()
            let again = try GatewayStore(in: test.directory) { _, _ in }
            again.append(AuditEvent(.vaultUnlocked, by: nil))
            try await again.flush()
            let verdict = try await again.verifyAudit()
            #expect(verdict.entries == 2 && verdict.isValid)
            try await again.close()
        }
    }
}

private final class Ticks: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
