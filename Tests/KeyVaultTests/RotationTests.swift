// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import Synchronization
import Testing

@testable import KeyVault

/// A new master key in the place of the old one, and what a crash between any two of its steps leaves.
struct RotationTests {
    private let origin = "https://api.openai.com"

    private func filled(_ setting: MasterKeySetting = .auto) async throws -> TestVault {
        let test = try await TestVault(setting)
        try await test.create("a", key: "sk-a-old")
        _ = try await test.vault.rotate("a", secret: try secret("sk-a"), graceSeconds: 3600)
        try await test.create("b", key: "sk-b")
        return test
    }

    private func expectAll(_ vault: KeyVault, _ what: String = "") throws {
        #expect(vault.isUnlocked, "\(what): \(vault.condition.lockedReason ?? "")")
        guard vault.isUnlocked else { return }
        #expect(vault.condition.unreadable == 0, "\(what)")
        for name in ["a", "b"] { #expect(text(try vault.apiKey(of: name, for: origin)) == "sk-\(name)", "\(what)") }
        #expect(text(try #require(try vault.previousAPIKey(of: "a", for: origin))) == "sk-a-old", "\(what)")
    }

    @Test func `all keys are wrapped anew, ciphertexts and values stay, and the old master key opens nothing`() async throws {
        let test = try await filled()
        let (before, old, record) = (try await test.row("a"), try test.master, try await test.store.loadVaultMaster())
        _ = try test.vault.apiKey(of: "a", for: origin)
        let used = try test.vault.get("a").lastUsedAt
        try await test.vault.rotateMaster(to: nil, passphrase: nil, by: nil)
        let after = try await test.row("a")
        let id = try test.master.id
        #expect(id != old.id)
        #expect(after.secret.masterKeyID == id && after.previous?.secret.masterKeyID == id)
        #expect(after.secret.ciphertext == before.secret.ciphertext && after.id == before.id)
        #expect(after.fingerprint != before.fingerprint)
        #expect(try await test.store.loadVaultMaster() != record)
        #expect(try test.vault.get("a").lastUsedAt == used)
        #expect(try after.resealed(from: old, to: old, .system) == nil)
        let files = try FileManager.default.contentsOfDirectory(atPath: test.temporary.path)
        #expect(files.filter { $0.hasPrefix("master") } == ["master.key"])
        for vault in [test.vault, try await test.reopened()] { try expectAll(vault) }
        // Changes go on under the new one.
        _ = try await test.vault.rotate("b", secret: try secret("sk-b"))
        try await test.create("c", key: "sk-c")
        try expectAll(try await test.reopened())
    }

    @Test func `the master key moves between file and passphrase, and what it was is gone`() async throws {
        let test = try await filled()
        try await test.vault.rotateMaster(to: .passphrase, passphrase: passphrase("one good passphrase"), by: nil)
        try expectAll(test.vault)
        #expect(try test.places.file.load() == nil)
        let salt = try await test.store.loadVaultMaster()?.derivation?.salt
        try await test.vault.rotateMaster(to: nil, passphrase: passphrase("other good passphrase"), by: nil)
        #expect(try await test.store.loadVaultMaster()?.derivation?.salt != salt)
        let vault = try await test.reopened()
        #expect(await failure { try await vault.unlock(passphrase("one good passphrase"), by: nil) }?.path == "passphrase")
        test.time.advance(seconds: 1)
        try await vault.unlock(passphrase("other good passphrase"), by: nil)
        try expectAll(vault)
        try await vault.rotateMaster(to: .file, passphrase: nil, by: nil)
        try expectAll(try await test.reopened())
        #expect(try await test.store.loadVaultMaster()?.derivation == nil)
    }

    @Test func `what does not fit together is refused, and the master key stays`() async throws {
        let test = try await filled()
        let id = try test.master.id
        let vault = test.vault
        #expect(await failure { try await vault.rotateMaster(to: .passphrase, passphrase: nil, by: nil) }?.path == "passphrase")
        for to in [MasterKeySource.file, nil] {
            let refused = await failure {
                try await vault.rotateMaster(to: to, passphrase: passphrase("a good long one"), by: nil)
            }
            #expect(refused?.path == "passphrase")
        }
        let short = await failure { try await vault.rotateMaster(to: .passphrase, passphrase: passphrase("short"), by: nil) }
        #expect(short?.path == "passphrase" && short?.message.contains("short;") == false)
        let fixed = try await test.reopened(.file)
        let refused = await failure {
            try await fixed.rotateMaster(to: .passphrase, passphrase: passphrase("a good long one"), by: nil)
        }
        #expect(refused?.code == .conflict && refused?.message.contains("vault.master_key is file") == true)
        #expect(try test.master.id == id)
        try expectAll(try await test.reopened())
    }

    /// How a rotation goes from one source to another.
    struct Route: Sendable {
        var from: String?
        var to: MasterKeySource
        var passphrase: String?
    }

    @Test(arguments: [
        Route(to: .file), Route(to: .passphrase, passphrase: "the new passphrase"),
        Route(from: "the old passphrase", to: .file),
        Route(from: "the old passphrase", to: .passphrase, passphrase: "the new passphrase"),
    ])
    func `killed between any two steps, the next start opens every key`(route: Route) async throws {
        let test = try await filled()
        if let from = route.from {
            try await test.vault.rotateMaster(to: .passphrase, passphrase: passphrase(from), by: nil)
        }
        let stops = Mutex<[(String, TemporaryDirectory)]>([])
        let path = test.temporary.path
        @Sendable func stop(_ name: String) {
            let copy = copied(path)
            stops.withLock { $0.append((name, copy)) }
        }
        let storage = FaultyStorage(test.store, before: { stop("before the transaction") }, after: { stop("after it") })
        stop("before all")
        let vault = try await test.reopened(storage: storage)
        if let from = route.from { try await vault.unlock(passphrase(from), by: nil) }
        try await vault.rotateMaster(to: route.to, passphrase: route.passphrase.map(passphrase), by: nil)
        stop("after all")
        for (name, copy) in stops.withLock({ $0 }) {
            // Cut short before the names were changed, or after the new one was written in part.
            for leftover in [nil, "master.key.0123456789abcdef"] {
                if let leftover { try Data([1, 2, 3]).write(to: URL(fileURLWithPath: copy.file(leftover))) }
                try await expectOpens(copy, [route.from, route.passphrase], name)
            }
        }
        #expect(stops.withLock { $0.count } == 4)
    }

    /// A copy of the state directory as a crash would leave it, in another process's eyes.
    private func copied(_ path: String) -> TemporaryDirectory {
        let copy = TemporaryDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/cp")
        process.arguments = ["-a", path, copy.path]
        try? process.run()
        process.waitUntilExit()
        return copy
    }

    private func expectOpens(_ copy: TemporaryDirectory, _ passphrases: [String?], _ what: String) async throws {
        let directory = try StateDirectory(copy.path)
        let store = try GatewayStore(in: directory) { level, message in Issue.record("\(level): \(message)") }
        let places = MasterKeyPlaces(MasterKeyFile(in: directory))
        let time = TestTime()
        for restart in 1...2 {
            let vault = try await KeyVault(storage: store, places: places, clock: time.clock)
            for phrase in passphrases where phrase != nil && !vault.isUnlocked {
                time.advance(seconds: 60)
                try? await vault.unlock(phrase.map(passphrase), by: nil)
            }
            // Time was moved for the throttle; the grace is an hour.
            try expectAll(vault, "\(what), start \(restart)")
            #expect(try places.file.loadNext() == nil, "\(what)")
            if vault.condition.source == .passphrase { #expect(try places.file.load() == nil, "\(what)") }
        }
        try await store.close()
    }

    @Test func `a transaction that fails leaves the old master key in force, and the next rotation works`() async throws {
        let test = try await filled()
        let id = try test.master.id
        let fails = Mutex(true)
        let storage = FaultyStorage(test.store, before: { () throws(GatewayFailure) in
            if fails.withLock({ $0 }) { throw GatewayFailure(.internalError, "The disk is full.") }
        })
        let vault = try await test.reopened(storage: storage)
        #expect(await failure { try await vault.rotateMaster(to: nil, passphrase: nil, by: nil) }?.message == "The disk is full.")
        #expect(try test.master.id == id)
        try expectAll(vault)
        try expectAll(try await test.reopened())
        fails.withLock { $0 = false }
        try await vault.rotateMaster(to: nil, passphrase: nil, by: nil)
        #expect(try test.master.id != id)
        for vault in [vault, try await test.reopened()] { try expectAll(vault) }
    }

    @Test func `a transaction that happened although it was told to have failed is followed`() async throws {
        let test = try await filled()
        let id = try test.master.id
        let storage = FaultyStorage(test.store, after: { () async throws(GatewayFailure) in
            throw GatewayFailure(.internalError, "The commit did not say how it went.")
        })
        let vault = try await test.reopened(storage: storage)
        try await vault.rotateMaster(to: nil, passphrase: nil, by: nil)
        #expect(try test.master.id != id)
        for vault in [vault, try await test.reopened()] { try expectAll(vault) }
    }

    @Test func `while the master key is rotated, keys are given out and changes are told to come again`() async throws {
        let test = try await filled()
        let codes = Mutex<[ErrorCode?]>([])
        let vault = Mutex<KeyVault?>(nil)
        let origin = origin
        let storage = FaultyStorage(test.store, after: { () async throws(GatewayFailure) in
            guard let vault = vault.withLock({ $0 }) else { return }
            let changed = await failure { try await vault.update("b", VirtualKeyChange(note: "n")) }?.code
            let created = await failure { try await vault.rotateMaster(to: nil, passphrase: nil, by: nil) }?.code
            let key = try vault.apiKey(of: "b", for: origin)
            codes.withLock { $0 = [changed, created, text(key) == "sk-b" ? nil : .internalError] }
        })
        let opened = try await test.reopened(storage: storage)
        vault.withLock { $0 = opened }
        try await opened.rotateMaster(to: nil, passphrase: nil, by: nil)
        #expect(codes.withLock { $0 } == [.conflict, .conflict, nil])
        vault.withLock { $0 = nil }
        _ = try await opened.update("b", VirtualKeyChange(note: "n"))
    }
}
