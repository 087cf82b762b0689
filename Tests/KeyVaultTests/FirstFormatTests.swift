// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

@testable import KeyVault

/// A database that a wicketd before the second format wrote: its rows open, and are sealed anew at the first start.
struct FirstFormatTests {
    private let origin = "https://api.openai.com"
    private static let masterKey = "4dbcb9eb54f133293f72f364f014e2e222ddb185aec542c53b1b6816f102d0aa"
    private static let masterKeyID = "5da885ed41aee2f9"

    /// As that wicketd wrote it, for `sk-second` and before it `sk-first`; only the end of the grace is another.
    private static let row = VaultRow(
        name: "prod", provider: "openai", baseURL: "https://api.openai.com/v1", origin: "https://api.openai.com",
        models: ["gpt-*"], note: "made by an older wicketd", fingerprint: "fbfd77d563668116",
        secret: SealedSecret(
            keyVersion: 2, masterKeyID: masterKeyID,
            wrappedDataKey: bytes(
                "01c86b3080a46e8c144b10d5a5a22b20e97f275e4826f655ff2778fec6e037ea18114bd332535e8a3cd298e7d71357a52a00be"
                    + "405822eb1725fffb9ff8"),
            ciphertext: bytes(
                "016ce03735b4122857beb401279c334286f8313a504fe4d33df01285422c44de908eb2755df1ae455675c5e882226c7aadb8412d")),
        previous: PreviousSecret(
            secret: SealedSecret(
                keyVersion: 1, masterKeyID: masterKeyID,
                wrappedDataKey: bytes(
                    "01ea2b01e157f472d0664a5392c8ba91476bb898776b97fc40e8a1306a55a5c31157b809c8be0b8a7eb42dee6ce2124245a"
                        + "d73c566f40347e0c0a2d7b7"),
                ciphertext: bytes(
                    "01b6288544dc1b83010af61efed7c832a00242b2841771917546533fe11d6f64a887a063257f30afa5c85f0ff3c1963d276ff6")),
            untilMilliseconds: 1_900_000_000_000),
        createdAtMilliseconds: 1_795_589_372_012, updatedAtMilliseconds: 1_795_589_372_014)

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    /// A state directory as that wicketd left it.
    private func old(_ rows: [VaultRow] = [row]) async throws -> TestVault {
        let test = try await TestVault()
        try await test.store.write { try $0.execute("DELETE FROM vault_master") }
        try Data(Self.bytes(Self.masterKey)).write(to: URL(fileURLWithPath: test.places.file.path))
        #expect(try test.master.id == Self.masterKeyID)
        for row in rows { try await test.store.insertVaultRow(row) }
        return test
    }

    private func expectBoth(_ vault: KeyVault) throws {
        #expect(text(try vault.apiKey(of: "prod", for: origin)) == "sk-second")
        #expect(text(try #require(try vault.previousAPIKey(of: "prod", for: origin))) == "sk-first")
    }

    @Test func `its keys open and are sealed in the second format, which then is left alone`() async throws {
        let test = try await old()
        try expectBoth(try await test.reopened())
        let row = try await test.row("prod")
        #expect(row.id?.count == 16 && row.tag?.count == 32)
        #expect(row.fingerprint == Self.row.fingerprint)
        let sealed = [row.secret, try #require(row.previous?.secret)]
        for secret in sealed { #expect(secret.wrappedDataKey.first == 2 && secret.ciphertext.first == 2) }
        #expect(try await test.store.loadVaultMaster()?.id == Self.masterKeyID)
        let stored = try await test.stored()
        try expectBoth(try await test.reopened())
        #expect(try await test.stored() == stored)
    }

    @Test func `a first start that is cut short leaves all as it was`() async throws {
        let test = try await old()
        let before = try await test.stored()
        let storage = FaultyStorage(test.store, before: { () throws(GatewayFailure) in
            throw GatewayFailure(.internalError, "The disk is full.")
        })
        #expect(await failure { try await test.reopened(storage: storage) }?.message == "The disk is full.")
        #expect(try await test.stored() == before)
        try expectBoth(try await test.reopened())
    }

    @Test func `a row that does not open is left as it is, and the others are sealed anew`() async throws {
        var damaged = Self.row
        damaged.name = "damaged"
        var cut = Self.row
        cut.name = "cut"
        cut.secret.ciphertext = []
        var newer = Self.row
        newer.name = "newer"
        newer.secret.wrappedDataKey[0] = 3
        var foreign = Self.row
        foreign.name = "foreign"
        foreign.secret.masterKeyID = "0123456789abcdef"
        var pointed = Self.row
        pointed.name = "pointed"
        pointed.baseURL = "https://evil.example/v1"
        let test = try await old([Self.row, damaged, cut, newer, foreign, pointed])
        let vault = try await test.reopened()
        try expectBoth(vault)
        #expect(try vault.get("damaged").unreadable?.contains("changed or damaged") == true)
        #expect(try vault.get("cut").unreadable?.contains("changed or damaged") == true)
        #expect(try vault.get("newer").unreadable?.contains("newer wicketd") == true)
        #expect(try vault.get("foreign").unreadable?.contains("another master key") == true)
        for row in [damaged, cut, newer, foreign, pointed] { #expect(try await test.row(row.name) == row) }
        #expect(vault.condition.unreadable == 5 && vault.condition.readable == 1)
        try await vault.rotateMaster(to: nil, passphrase: nil, by: nil)
        for row in [damaged, cut, newer, foreign] { #expect(try await test.row(row.name) == row) }
        try expectBoth(vault)
        // A row that is restored later needs it.
        let kept = try Data(contentsOf: URL(fileURLWithPath: test.places.file.path + ".kept-" + Self.masterKeyID))
        #expect(Array(kept) == Self.bytes(Self.masterKey))
    }

    @Test func `a secret of the second format is not taken for one of the first`() async throws {
        let test = try await old()
        _ = try await test.reopened()
        var row = try await test.row("prod")
        row.id = nil
        row.tag = nil
        for format in [1, 2] as [UInt8] {
            row.secret.wrappedDataKey[0] = format
            row.secret.ciphertext[0] = format
            try await test.store.updateVaultRow(row)
            let vault = try await test.reopened()
            #expect(await failure { try vault.apiKey(of: "prod", for: origin) }?.message.contains("changed or damaged") == true)
            #expect(try await test.row("prod") == row)
        }
    }

    @Test func `a row of the first format that is put back later does not open, and is not sealed anew`() async throws {
        let test = try await old()
        let vault = try await test.reopened()
        _ = try await vault.update("prod", VirtualKeyChange(models: .some(["gpt-4o-mini"])))
        var back = Self.row
        back.models = nil
        try await test.store.updateVaultRow(back)
        for _ in 1...2 {
            let vault = try await test.reopened()
            #expect(await failure { try vault.apiKey(of: "prod", for: origin) }?.message.contains("changed or damaged") == true)
            #expect(try await test.row("prod") == back)
        }
    }

    @Test func `a damaged secret in its grace does not keep the present one from being sealed anew`() async throws {
        var row = Self.row
        row.previous?.secret.ciphertext[20] ^= 1
        let test = try await old([row])
        let vault = try await test.reopened()
        #expect(try await test.row("prod").previous == nil)
        _ = try await vault.update("prod", VirtualKeyChange(note: "changed"))
        try await vault.rotateMaster(to: nil, passphrase: nil, by: nil)
        for vault in [vault, try await test.reopened()] {
            #expect(text(try vault.apiKey(of: "prod", for: origin)) == "sk-second")
        }
    }
}
