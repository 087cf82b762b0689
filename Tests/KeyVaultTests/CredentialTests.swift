// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import Testing

@testable import KeyVault

struct CredentialTests {
    private let origin = "https://api.openai.com"
    private let credentials = TemporaryDirectory()

    init() throws { try FileManager.default.createDirectory(atPath: credentials.path, withIntermediateDirectories: true) }

    private func put(_ content: Data, as name: String = "wicket-master") throws {
        try content.write(to: URL(fileURLWithPath: credentials.file(name)))
    }

    private var hexadecimalKey: String { (0..<32).map { String(format: "%02x", $0) }.joined() }

    @Test func `a credential is the master key, raw or in hexadecimal, and no file is made`() async throws {
        try put(Data(0..<32))
        let test = try await TestVault(credentials: credentials.path)
        try await test.create(key: "sk-1")
        #expect(test.vault.condition.source == .credential)
        #expect(test.vault.condition.masterKeyPath == credentials.file("wicket-master"))
        #expect(try test.places.file.load() == nil)
        for written in [hexadecimalKey, hexadecimalKey.uppercased()] {
            try put(Data(written.utf8))
            #expect(written.count == 64)
            #expect(text(try await test.reopened().apiKey(of: "prod", for: origin)) == "sk-1")
        }
    }

    @Test(arguments: [0, 1, 31, 33, 63, 65, 4096])
    func `a credential of another size is no key, and the vault says so`(size: Int) async throws {
        try put(Data(count: size))
        let test = try await TestVault(credentials: credentials.path)
        let reason = try #require(test.vault.condition.lockedReason)
        #expect(reason.contains("wicket-master") && reason.contains("must have 32"))
        #expect(try test.places.file.load() == nil)
    }

    @Test func `64 bytes that are no hexadecimal digits are no key`() async throws {
        try put(Data(hexadecimalKey.dropLast().utf8) + Data("g".utf8))
        let test = try await TestVault(credentials: credentials.path)
        #expect(test.vault.condition.lockedReason?.contains("hexadecimal") == true)
    }

    @Test func `a credential is rotated by a start with the previous one beside it; the daemon says how`() async throws {
        try put(Data(0..<32))
        let test = try await TestVault(credentials: credentials.path)
        try await test.create(key: "sk-1")
        _ = try await test.vault.rotate("prod", secret: try secret("sk-2"), graceSeconds: 60)
        let refused = await failure { try await test.vault.rotateMaster(to: nil, passphrase: nil, by: nil) }
        #expect(refused?.code == .conflict && refused?.message.contains("wicket-master-previous") == true)

        try put(Data(1..<33))
        let locked = try await test.reopened()
        #expect(locked.condition.lockedReason?.contains("wicket-master-previous") == true)
        #expect(await failure { try locked.apiKey(of: "prod", for: origin) }?.code == .vaultLocked)
        try put(Data(0..<32), as: "wicket-master-previous")
        try await locked.unlock(nil, by: nil)
        try FileManager.default.removeItem(atPath: credentials.file("wicket-master-previous"))
        for vault in [locked, try await test.reopened()] {
            #expect(text(try vault.apiKey(of: "prod", for: origin)) == "sk-2")
            #expect(text(try #require(try vault.previousAPIKey(of: "prod", for: origin))) == "sk-1")
        }
    }

    @Test func `a vault moves from its file to the credential that is configured, and back by a rotation`() async throws {
        let test = try await TestVault(.file)
        try await test.create(key: "sk-1")
        try put(Data(0..<32))
        let there = try await test.reopened(.credential, credentials: credentials.path)
        #expect(there.condition.source == .credential)
        let refused = await failure { try await there.rotateMaster(to: .file, passphrase: nil, by: nil) }
        #expect(refused?.code == .conflict && refused?.message.contains("vault.master_key") == true)
        let free = try await test.reopened(.auto, credentials: credentials.path)
        #expect(free.condition.source == .credential)
        try await free.rotateMaster(to: .file, passphrase: nil, by: nil)
        let back = try await test.reopened(.auto, credentials: credentials.path)
        #expect(back.condition.source == .file)
        #expect(text(try back.apiKey(of: "prod", for: origin)) == "sk-1")
    }
}
