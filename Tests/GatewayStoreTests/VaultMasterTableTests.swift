// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

struct VaultMasterTableTests {
    private func sealed(_ byte: UInt8) -> SealedSecret {
        SealedSecret(keyVersion: 1, masterKeyID: "m\(byte)", wrappedDataKey: [byte], ciphertext: [byte, 0])
    }

    private func row(_ name: String, _ byte: UInt8) -> VaultRow {
        var row = VaultRow(
            name: name, provider: "openai", baseURL: "https://a.example", origin: "https://a.example", note: "kept",
            id: [byte, 1], fingerprint: "\(byte)", secret: sealed(byte),
            previous: PreviousSecret(secret: sealed(byte), untilMilliseconds: 5), createdAtMilliseconds: 1,
            updatedAtMilliseconds: 1, lastUsedAtMilliseconds: 7)
        row.tag = [byte, 2]
        return row
    }

    private func master(_ id: String, _ derivation: PassphraseDerivation? = nil) -> VaultMasterRow {
        VaultMasterRow(
            id: id, source: derivation == nil ? "file" : "passphrase", derivation: derivation, checkValue: [1, 0, 2],
            createdAtMilliseconds: 3)
    }

    @Test func `what is known of the master key comes back as it was stored, one at a time`() async throws {
        try await withStore { test in
            #expect(try await test.store.loadVaultMaster() == nil)
            let derivation = PassphraseDerivation(salt: [0, 9], rounds: 1 << 17, blockSize: 8, parallelism: 1)
            for master in [master("a"), master("b", derivation), master("c")] {
                try await test.store.resealVault([], under: master, nil)
                #expect(try await test.store.loadVaultMaster() == master)
            }
        }
    }

    @Test func `rows are sealed anew with the master key's row, and nothing else of them changes`() async throws {
        try await withStore { test in
            for name in ["a", "b"] { try await test.store.insertVaultRow(row(name, 1)) }
            var changed = row("a", 2)
            changed.note = "not written"
            changed.lastUsedAtMilliseconds = nil
            try await test.store.resealVault([changed], under: master("m2"), nil)
            #expect(try await test.store.loadVault().sorted { $0.name < $1.name } == [row("a", 2), row("b", 1)])
        }
    }

    @Test func `where one row is gone, none is sealed anew and the master key's row stays`() async throws {
        try await withStore { test in
            try await test.store.insertVaultRow(row("a", 1))
            try await test.store.resealVault([], under: master("m1"), nil)
            let failure = await failure {
                try await test.store.resealVault([row("a", 2), row("gone", 2)], under: master("m2"), nil)
            }
            #expect(failure?.code == .notFound)
            #expect(try await test.store.loadVault() == [row("a", 1)])
            #expect(try await test.store.loadVaultMaster() == master("m1"))
        }
    }
}
