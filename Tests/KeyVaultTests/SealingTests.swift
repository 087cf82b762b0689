// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

@testable import KeyVault

/// Rows that someone changed behind the vault's back.
struct SealingTests {
    private let origin = "https://api.openai.com"

    /// Stores `row` over its namesake and reads all back as after a restart: the key cannot be had, and its neighbour works. The
    /// same when the row's tag is right: what a secret is bound to holds by itself.
    private func expectRefused(
        _ test: TestVault, _ row: VaultRow, for origin: String? = nil, isNew: Bool = false, _ what: String = ""
    ) async throws {
        var tagged = row
        tagged.authenticate(try test.master)
        for (index, row) in [row, tagged].enumerated() {
            if isNew, index == 0 { try await test.store.insertVaultRow(row) } else { try await test.store.updateVaultRow(row) }
            let vault = try await test.reopened()
            let failure = await failure { try vault.apiKey(of: row.name, for: origin ?? self.origin) }
            #expect(failure != nil, "\(what)")
            if index == 0 { #expect(try vault.get(row.name).unreadable != nil, "\(what)") }
            #expect(text(try vault.apiKey(of: "neighbour", for: "https://neighbour.example")) == "sk-neighbour")
        }
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
        try await expectRefused(test, moved, "whole secret")
        moved.id = neighbour.id
        try await expectRefused(test, moved, "whole secret with its row's id")
        moved.id = row.id
        moved.secret = row.secret
        moved.secret.ciphertext = neighbour.secret.ciphertext
        try await expectRefused(test, moved, "ciphertext")
        moved.secret = row.secret
        moved.secret.wrappedDataKey = neighbour.secret.wrappedDataKey
        try await expectRefused(test, moved, "data key")
    }

    @Test func `a row that was renamed, re-pointed or relabelled does not open`() async throws {
        let (test, row) = try await pair()
        func refuse(_ what: String, for origin: String? = nil, _ change: (inout VaultRow) -> Void) async throws {
            var changed = row
            change(&changed)
            try await expectRefused(test, changed, for: origin, what)
        }
        try await refuse("provider") { $0.provider = "anthropic" }
        try await refuse("origin", for: "https://evil.example") { row in
            row.origin = "https://evil.example"
            row.baseURL = "https://evil.example/v1"
        }
        try await refuse("row id") { $0.id?[0] ^= 1 }
        try await refuse("no row id") { $0.id = nil }
        try await refuse("base URL alone", for: "https://evil.example") { $0.baseURL = "https://evil.example/v1" }
        try await refuse("base URL alone") { $0.baseURL = "https://evil.example/v1" }
        try await refuse("key version") { $0.secret.keyVersion = 2 }
        try await refuse("master key id") { $0.secret.masterKeyID = "0123456789abcdef" }
        try await test.store.updateVaultRow(row)
        #expect(text(try await test.reopened().apiKey(of: "prod", for: origin)) == "sk-secret")

        var renamed = row
        renamed.name = "other"
        try await expectRefused(test, renamed, isNew: true, "name")
    }

    @Test func `fields that run into each other are still told apart`() async throws {
        let test = try await TestVault()
        try await test.create("neighbour", provider: "x", baseURL: "https://neighbour.example", key: "sk-neighbour")
        try await test.create("ab", provider: "c", baseURL: "https://api.openai.com", key: "sk-1")
        var row = try await test.row("ab")
        row.name = "a"
        row.provider = "bc"
        try await expectRefused(test, row, isNew: true)
    }

    @Test func `an old secret put in place of the rotated one does not open`() async throws {
        let (test, row) = try await pair()
        _ = try await test.vault.rotate("prod", secret: try secret("sk-new"), graceSeconds: 300)
        let rotated = try await test.row("prod")
        var changed = rotated
        changed.secret = row.secret
        changed.secret.keyVersion = 2
        try await expectRefused(test, changed)
    }

    @Test func `every flipped byte of either box is refused`() async throws {
        let (test, row) = try await pair()
        for index in row.secret.wrappedDataKey.indices {
            var changed = row
            changed.secret.wrappedDataKey[index] ^= 1
            try await expectRefused(test, changed, "data key, byte \(index)")
        }
        for index in row.secret.ciphertext.indices {
            var changed = row
            changed.secret.ciphertext[index] ^= 0x80
            try await expectRefused(test, changed, "ciphertext, byte \(index)")
        }
        for count in [0, 1, 12, 28, 29, row.secret.ciphertext.count - 1] {
            var changed = row
            changed.secret.ciphertext = Array(row.secret.ciphertext.prefix(count))
            try await expectRefused(test, changed, "ciphertext of \(count) bytes")
            changed = row
            changed.secret.wrappedDataKey = Array(row.secret.wrappedDataKey.prefix(count))
            try await expectRefused(test, changed, "data key of \(count) bytes")
        }
    }

    @Test func `a row of another master key is unreadable, untouched, and is neither changed nor rotated`() async throws {
        let (test, row) = try await pair()
        let other = try MasterKey(random: .system)
        var foreign = try #require(try row.resealed(from: test.master, to: other, .system))
        foreign.lastUsedAtMilliseconds = nil
        try await test.store.updateVaultRow(foreign)
        let before = try await test.stored()
        let vault = try await test.reopened()
        #expect(try #require(try vault.get("prod").unreadable).contains("another master key"))
        #expect(await failure { try vault.apiKey(of: "prod", for: origin) }?.code == .internalError)
        for failure in [
            await failure { try await vault.rotate("prod", secret: try secret("sk-new")) },
            await failure { try await vault.update("prod", VirtualKeyChange(note: "x")) },
        ] {
            #expect(failure?.message.contains("another master key") == true)
        }
        try await vault.rotateMaster(to: nil, passphrase: nil, by: nil)
        #expect(try await test.row("prod") == foreign)
        #expect(try await test.stored() != before)
        #expect(text(try vault.apiKey(of: "neighbour", for: "https://neighbour.example")) == "sk-neighbour")

        try await vault.delete("prod")
        _ = try await vault.create(
            NewVirtualKey(name: "prod", provider: "openai", baseURL: "https://api.openai.com", secret: try secret("sk-new")))
        #expect(text(try vault.apiKey(of: "prod", for: origin)) == "sk-new")
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
