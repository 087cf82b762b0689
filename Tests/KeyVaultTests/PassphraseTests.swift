// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

@testable import KeyVault

struct PassphraseTests {
    private let origin = "https://api.openai.com"

    /// RFC 7914, section 12: the first 32 of its 64 bytes, which are those of a shorter key.
    @Test func `scrypt is the one of the RFC`() throws {
        let derivation = PassphraseDerivation(salt: Array("SodiumChloride".utf8), rounds: 16_384, blockSize: 8, parallelism: 1)
        let key = try derivation.masterKey(of: passphrase("pleaseletmein"))
        #expect(
            key.withBytes { hexadecimal($0) } == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")
    }

    @Test func `new costs are 128 MiB, and those that were edited are bounded`() {
        let new = PassphraseDerivation.new(.system)
        #expect(new.rounds == 131_072 && new.blockSize == 8 && new.parallelism == 1 && new.salt.count == 32)
        #expect(new.isBounded)
        func bounded(_ change: (inout PassphraseDerivation) -> Void) -> Bool {
            var changed = new
            change(&changed)
            return changed.isBounded
        }
        #expect(!bounded { $0.rounds = 1 << 9 })
        #expect(!bounded { $0.rounds = 1 << 21 })
        #expect(!bounded { $0.rounds += 1 })
        #expect(!bounded { $0.rounds = -1 })
        #expect(!bounded { $0.blockSize = 0 })
        #expect(!bounded { $0.blockSize = 1 << 40 })
        #expect(!bounded { $0.parallelism = 1 << 62 })
        #expect(!bounded { $0.salt = [1, 2, 3] })
    }

    @Test func `the first passphrase sets it, and only it opens the vault after a restart`() async throws {
        let test = try await TestVault(.passphrase)
        #expect(!test.vault.isUnlocked)
        #expect(test.vault.condition.lockedReason?.contains("set one: wicket vault unlock") == true)
        #expect(await failure { try await test.create() }?.code == .vaultLocked)
        #expect(await failure { try await test.vault.unlock(nil, by: nil) }?.code == .vaultLocked)
        for short in ["", "elevenchars", "ääääääääääää".prefix(11).description] {
            #expect(await failure { try await test.vault.unlock(passphrase(short), by: nil) }?.path == "passphrase")
        }
        try await test.vault.unlock(passphrase("a good long one"), by: nil)
        #expect(test.vault.condition.source == .passphrase && test.vault.condition.masterKeyPath == nil)
        #expect(try test.places.file.load() == nil)
        try await test.create(key: "sk-1")

        for setting in [MasterKeySetting.auto, .passphrase] {
            let vault = try await test.reopened(setting)
            let locked = await failure { try vault.virtualKey(named: "prod") }
            #expect(locked?.code == .vaultLocked && locked?.message.contains("wicket vault unlock") == true)
            #expect(await failure { try vault.apiKey(of: "prod", for: origin) }?.code == .vaultLocked)
            #expect(await failure { try await vault.rotate("prod", secret: try secret("k")) }?.code == .vaultLocked)
            #expect(await failure { try await vault.update("prod", VirtualKeyChange(note: "n")) }?.code == .vaultLocked)
            #expect(vault.list().map(\.name) == ["prod"])
            #expect(try vault.get("prod").fingerprint.count == 16)
            let generation = vault.generation
            let wrong = await failure { try await vault.unlock(passphrase("a good long two"), by: nil) }
            #expect(wrong?.path == "passphrase" && wrong?.message.contains("two") == false)
            let early = await failure { try await vault.unlock(passphrase("a good long one"), by: nil) }
            #expect(early?.code == .rateLimited && early?.retryAfterMilliseconds == 1000)
            test.time.advance(seconds: 1)
            try await vault.unlock(passphrase("a good long one"), by: nil)
            #expect(text(try vault.apiKey(of: "prod", for: origin)) == "sk-1")
            #expect(vault.generation != generation)
        }
    }

    @Test func `a locked vault can be tidied: a key that cannot be opened can still be deleted`() async throws {
        let test = try await TestVault(.passphrase)
        try await test.vault.unlock(passphrase("a good long one"), by: nil)
        try await test.create()
        let vault = try await test.reopened()
        try await vault.delete("prod")
        #expect(try await test.store.loadVault().isEmpty)
        #expect(!vault.isUnlocked)
    }

    @Test func `who unlocked the vault, tried to, or rotated its master key is told to the audit log`() async throws {
        let test = try await TestVault(.passphrase)
        let storage = FaultyStorage(test.store)
        let vault = try await test.reopened(storage: storage)
        let actor = PeerIdentity(pid: 1, uid: 2, gid: 3)
        try await vault.unlock(passphrase("a good long one"), by: actor)
        try await vault.rotateMaster(to: nil, passphrase: passphrase("another long one"), by: actor)
        let again = try await test.reopened(storage: storage)
        _ = await failure { try await again.unlock(passphrase("a good long one"), by: actor) }
        #expect(storage.events.map(\.kind) == [.vaultUnlocked, .vaultMasterRotated, .vaultUnlockFailed])
        #expect(storage.events.allSatisfy { $0.actor == actor && !$0.detail.contains("long one") })
    }

    @Test func `costs that were edited are not followed`() async throws {
        let test = try await TestVault(.passphrase)
        try await test.vault.unlock(passphrase("a good long one"), by: nil)
        try await test.store.write { try $0.execute("UPDATE vault_master SET rounds = 1 << 30") }
        let vault = try await test.reopened()
        let failure = await failure { try await vault.unlock(passphrase("a good long one"), by: nil) }
        #expect(failure?.code == .vaultLocked && failure?.message.contains("damaged") == true)
    }

    @Test func `a passphrase where none is asked for is refused`() async throws {
        let test = try await TestVault()
        #expect(test.vault.isUnlocked)
        try await test.vault.unlock(passphrase("x"), by: nil)
        try await test.create()
        let file = try #require(try test.places.file.load())
        try test.places.file.remove()
        let vault = try await test.reopened()
        let failure = await failure { try await vault.unlock(passphrase("a good long one"), by: nil) }
        #expect(failure?.path == "passphrase")
        #expect(try test.places.file.load() == nil, "no key is made where there are rows: \(file.id)")
    }
}
