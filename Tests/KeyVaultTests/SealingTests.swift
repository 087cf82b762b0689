// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import KeyVault
import Testing

/// Rows that someone changed behind the vault's back.
struct SealingTests {
    private let origin = "https://api.openai.com"

    /// Stores `row` over its namesake and reads all back as after a restart.
    private func reopened(_ test: TestVault, with row: VaultRow) async throws -> KeyVault {
        try await test.store.updateVaultRow(row)
        return try await test.reopened()
    }

    /// The key cannot be had in any way, is listed as unreadable, and its neighbour works.
    private func expectRefused(_ vault: KeyVault, _ name: String, for origin: String, _ what: String = "") async throws {
        let failure = await failure { try vault.apiKey(of: name, for: origin) }
        #expect(failure != nil, "\(what)")
        #expect(text(try vault.apiKey(of: "neighbour", for: "https://neighbour.example")) == "sk-neighbour")
    }

    private func pair() async throws -> (TestVault, VaultRow) {
        let test = try await TestVault()
        try await test.create("neighbour", provider: "x", baseURL: "https://neighbour.example", key: "sk-neighbour")
        try await test.create(key: "sk-secret")
        return (test, try await test.row("prod"))
    }

    @Test func `a secret moved to another row does not open`() async throws {
        let (test, row) = try await pair()
        let neighbour = try await test.row("neighbour")
        var moved = row
        moved.secret = neighbour.secret
        try await expectRefused(try await reopened(test, with: moved), "prod", for: origin, "whole secret")
        moved.secret = row.secret
        moved.secret.ciphertext = neighbour.secret.ciphertext
        try await expectRefused(try await reopened(test, with: moved), "prod", for: origin, "ciphertext")
        moved.secret = row.secret
        moved.secret.wrappedDataKey = neighbour.secret.wrappedDataKey
        try await expectRefused(try await reopened(test, with: moved), "prod", for: origin, "data key")
    }

    @Test func `a row that was renamed, re-pointed or relabelled does not open`() async throws {
        let (test, row) = try await pair()
        func refuse(_ what: String, for origin: String? = nil, _ change: (inout VaultRow) -> Void) async throws {
            var changed = row
            change(&changed)
            try await expectRefused(try await reopened(test, with: changed), "prod", for: origin ?? self.origin, what)
        }
        try await refuse("provider") { $0.provider = "anthropic" }
        try await refuse("origin", for: "https://evil.example") { row in
            row.origin = "https://evil.example"
            row.baseURL = "https://evil.example/v1"
        }
        try await refuse("base URL alone", for: "https://evil.example") { $0.baseURL = "https://evil.example/v1" }
        try await refuse("base URL alone") { $0.baseURL = "https://evil.example/v1" }
        try await refuse("key version") { $0.secret.keyVersion = 2 }
        try await refuse("master key id") { $0.secret.masterKeyID = "0123456789abcdef" }
        try await test.store.updateVaultRow(row)
        #expect(text(try await test.reopened().apiKey(of: "prod", for: origin)) == "sk-secret")

        var renamed = row
        renamed.name = "other"
        try await test.store.insertVaultRow(renamed)
        try await expectRefused(try await test.reopened(), "other", for: origin, "name")
    }

    @Test func `fields that run into each other are still told apart`() async throws {
        let test = try await TestVault()
        try await test.create("neighbour", provider: "x", baseURL: "https://neighbour.example", key: "sk-neighbour")
        try await test.create("ab", provider: "c", baseURL: "https://api.openai.com", key: "sk-1")
        var row = try await test.row("ab")
        row.name = "a"
        row.provider = "bc"
        try await test.store.insertVaultRow(row)
        try await expectRefused(try await test.reopened(), "a", for: origin)
    }

    @Test func `an old secret put in place of the rotated one does not open`() async throws {
        let (test, row) = try await pair()
        _ = try await test.vault.rotate("prod", secret: try secret("sk-new"), graceSeconds: 300)
        let rotated = try await test.row("prod")
        var changed = rotated
        changed.secret = row.secret
        changed.secret.keyVersion = 2
        try await expectRefused(try await reopened(test, with: changed), "prod", for: origin)
    }

    @Test func `every flipped byte of either box is refused`() async throws {
        let (test, row) = try await pair()
        for index in row.secret.wrappedDataKey.indices {
            var changed = row
            changed.secret.wrappedDataKey[index] ^= 1
            try await expectRefused(try await reopened(test, with: changed), "prod", for: origin, "data key, byte \(index)")
        }
        for index in row.secret.ciphertext.indices {
            var changed = row
            changed.secret.ciphertext[index] ^= 0x80
            try await expectRefused(try await reopened(test, with: changed), "prod", for: origin, "ciphertext, byte \(index)")
        }
        for count in [0, 1, 12, 28, 29, row.secret.ciphertext.count - 1] {
            var changed = row
            changed.secret.ciphertext = Array(row.secret.ciphertext.prefix(count))
            try await expectRefused(try await reopened(test, with: changed), "prod", for: origin, "ciphertext of \(count) bytes")
            changed = row
            changed.secret.wrappedDataKey = Array(row.secret.wrappedDataKey.prefix(count))
            try await expectRefused(try await reopened(test, with: changed), "prod", for: origin, "data key of \(count) bytes")
        }
    }

    @Test func `under another master key the secrets are unreadable, untouched, and can be given anew`() async throws {
        let test = try await TestVault()
        try await test.create(key: "sk-secret")
        let before = try await test.store.loadVault()
        let vault = try await test.reopened(master: try MasterKey(random: .system))
        #expect(try #require(try vault.get("prod").unreadable).contains("another master key"))
        #expect(await failure { try vault.apiKey(of: "prod", for: origin) }?.code == .internalError)
        #expect(try await test.store.loadVault() == before)
        #expect(text(try await test.reopened().apiKey(of: "prod", for: origin)) == "sk-secret")

        _ = try await vault.rotate("prod", secret: try secret("sk-new"))
        #expect(text(try vault.apiKey(of: "prod", for: origin)) == "sk-new")
        #expect(try vault.get("prod").unreadable == nil)
    }

    @Test func `two secrets never share a data key or a nonce`() async throws {
        let test = try await TestVault()
        for index in 0..<50 { try await test.create("key-\(index)", key: "sk-same") }
        let rows = try await test.store.loadVault()
        #expect(Set(rows.map { Array($0.secret.ciphertext[1..<13]) }).count == 50)
        #expect(Set(rows.map(\.secret.ciphertext)).count == 50)
        #expect(Set(rows.map { Array($0.secret.wrappedDataKey[1..<13]) }).count == 50)
    }
}
