// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

struct VaultTableTests {
    private func sealed(_ version: Int) -> SealedSecret {
        SealedSecret(
            keyVersion: version, masterKeyID: "abcd", wrappedDataKey: [1, 2, 0, 255], ciphertext: [0, 0, UInt8(version)])
    }

    private func full() -> VaultRow {
        VaultRow(
            name: "prod", provider: "openai", baseURL: "https://a.example/v1", origin: "https://a.example",
            models: ["a*", "\"b\\", "ü"],
            expiresAtMilliseconds: 5, note: "a\0note", rateLimits: Array(#"[{"a":1}]"#.utf8), usageLimits: Array("[]".utf8),
            fingerprint: "ff",
            secret: sealed(2), previous: PreviousSecret(secret: sealed(1), untilMilliseconds: 9), createdAtMilliseconds: 1,
            updatedAtMilliseconds: 2, lastUsedAtMilliseconds: 3)
    }

    private func bare(_ name: String) -> VaultRow {
        VaultRow(
            name: name, provider: "openai", baseURL: "https://a.example", origin: "https://a.example", fingerprint: "",
            secret: sealed(1),
            createdAtMilliseconds: 1, updatedAtMilliseconds: 1)
    }

    @Test func `a row comes back as it was stored, with all or with none of the optional fields`() async throws {
        try await withStore { test in
            let emptyModels = {
                var row = bare("empty"); row.models = []; return row
            }()
            let rows = [bare("bare"), emptyModels, full()]
            for row in rows { try await test.store.insertVaultRow(row) }
            #expect(try await test.store.loadVault().sorted { $0.name < $1.name } == rows)
        }
    }

    @Test func `a name is stored once; what is not there cannot be changed or deleted`() async throws {
        try await withStore { test in
            try await test.store.insertVaultRow(full())
            #expect(await failure { try await test.store.insertVaultRow(bare("prod")) }?.code == .conflict)
            #expect(await failure { try await test.store.updateVaultRow(bare("none")) }?.code == .notFound)
            #expect(await failure { try await test.store.deleteVaultRow(named: "none") }?.code == .notFound)
            #expect(try await test.store.loadVault() == [full()])
            try await test.store.updateVaultRow(bare("prod"))
            #expect(try await test.store.loadVault() == [bare("prod")])
            try await test.store.deleteVaultRow(named: "prod")
            #expect(try await test.store.loadVault() == [])
        }
    }

    @Test func `uses are noted by name, and names that are gone passed over`() async throws {
        try await withStore { test in
            try await test.store.insertVaultRow(bare("a"))
            try await test.store.recordVaultUse([
                VaultUse(name: "gone", atMilliseconds: 1), VaultUse(name: "a", atMilliseconds: 7),
            ])
            #expect(try await test.store.loadVault().map(\.lastUsedAtMilliseconds) == [7])
        }
    }
}
