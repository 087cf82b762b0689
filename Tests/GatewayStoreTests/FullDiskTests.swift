// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

/// A database that may not grow stands in for a full disk: SQLite answers the same.
struct FullDiskTests {
    private func limited(_ queueLimit: Int) -> StoreOptions {
        var options = StoreOptions()
        options.maximumPages = 40
        options.queueLimit = queueLimit
        options.firstPauseMilliseconds = 1
        options.longestPauseMilliseconds = 4
        return options
    }

    /// More than the limited database can hold.
    private func overfill(_ store: GatewayStore, _ count: Int) {
        for index in 0..<count { store.append(record("\(index)") { $0.model = String(repeating: "m", count: 1000) }) }
    }

    private func makeRoom(_ store: GatewayStore) async throws {
        try await store.write { try $0.execute("PRAGMA max_page_count = 100000") }
    }

    @Test func `rows wait for the disk and are written once there is room`() async throws {
        try await withStore(limited(10_000)) { test in
            overfill(test.store, 1000)
            let failure = try #require(await failure { try await test.store.flush() })
            #expect(failure.message.contains("full"))
            #expect(failure.retryable)
            #expect(test.store.statistics.queued == 1000)
            #expect(test.reports.messages(.error).count == 1)
            try await makeRoom(test.store)
            try await test.store.flush()
            #expect(try await test.allCalls().map(\.record.traceID) == (0..<1000).map(String.init))
            let statistics = test.store.statistics
            #expect(
                statistics.written == 1000 && statistics.queued == 0 && statistics.dropped == 0 && statistics.failedGroups > 0)
            #expect(test.reports.messages(.notice).count == 1)
            #expect(test.reports.messages(.error).count == 1)
        }
    }

    @Test func `no flood of calls drives an entry of the audit log out`() async throws {
        try await withStore(limited(500)) { test in
            overfill(test.store, 2000)
            for _ in 0..<3 { test.store.append(AuditEvent(.callDenied, by: auditor, of: "m")) }
            #expect(await failure { try await test.store.flush() } != nil)
            try await makeRoom(test.store)
            try await test.store.flush()
            let verdict = try await test.store.verifyAudit()
            #expect(verdict.entries == 3 && verdict.isValid)
        }
    }

    @Test func `beyond the bound rows are dropped, counted and reported, and the oldest kept`() async throws {
        try await withStore(limited(500)) { test in
            overfill(test.store, 2000)
            #expect(await failure { try await test.store.flush() } != nil)
            let before = test.store.statistics
            #expect(before.queued + before.written == 500)
            #expect(before.dropped == 1500)
            try await makeRoom(test.store)
            try await test.store.flush()
            #expect(try await test.allCalls().map(\.record.traceID) == (0..<500).map(String.init))
            #expect((1...11).contains(test.reports.messages(.warning).count))
        }
    }

    @Test func `an administrative write is told at once and can be tried again`() async throws {
        try await withStore(limited(10_000)) { test in
            let large = VaultRow(
                name: "large", provider: "p", baseURL: "https://a.example", origin: "https://a.example",
                note: String(repeating: "n", count: 1_000_000), fingerprint: "",
                secret: SealedSecret(keyVersion: 1, masterKeyID: "", wrappedDataKey: [], ciphertext: []),
                createdAtMilliseconds: 0,
                updatedAtMilliseconds: 0)
            #expect(await failure { try await test.store.insertVaultRow(large) }?.retryable == true)
            #expect(try await test.store.loadVault().isEmpty)
            try await makeRoom(test.store)
            try await test.store.insertVaultRow(large)
            #expect(try await test.store.loadVault() == [large])
        }
    }

    @Test func `closing on a full disk ends, and says what is lost`() async throws {
        try await withStore(limited(10_000)) { test in
            overfill(test.store, 1000)
            let failure = await failure { try await test.store.close() }
            #expect(failure?.message.contains("1000 rows") == true)
            #expect(test.reports.messages(.error).contains { $0.contains("1000 rows of the log are lost") })
        }
    }
}
