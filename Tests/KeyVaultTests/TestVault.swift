// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import JSONBytes
import KeyVault
import Synchronization
import Testing

/// A state directory of a test's own, gone with the last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString
    }

    func file(_ name: String) -> String { path + "/" + name }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Wall time that a test moves by hand.
final class TestTime: Sendable {
    private let milliseconds = Mutex(1_800_000_000_000)

    var now: Int { milliseconds.withLock { $0 } }
    func advance(seconds: Int) { milliseconds.withLock { $0 += seconds * 1000 } }
    var clock: GatewayClock { GatewayClock(monotonicNanoseconds: { 0 }, wallMilliseconds: { self.now }) }
}

/// A vault on a real store.
struct TestVault {
    let temporary = TemporaryDirectory()
    let time = TestTime()
    let directory: StateDirectory
    let store: GatewayStore
    let master: MasterKey
    let vault: KeyVault

    init() async throws {
        directory = try StateDirectory(temporary.path)
        store = try GatewayStore(in: directory) { level, message in Issue.record("\(level): \(message)") }
        master = try MasterKeyFile(in: directory).loadOrCreate()
        vault = try await KeyVault(storage: store, master: master, clock: time.clock)
    }

    /// Another vault on the same store, as after a restart.
    func reopened(master: MasterKey? = nil) async throws -> KeyVault {
        try await KeyVault(storage: store, master: master ?? self.master, clock: time.clock)
    }

    /// The row as it is stored.
    func row(_ name: String) async throws -> VaultRow {
        try #require(try await store.loadVault().first { $0.name == name })
    }

    @discardableResult
    func create(
        _ name: String = "prod", provider: String = "openai", baseURL: String = "https://api.openai.com/v1",
        key: String = "sk-secret"
    ) async throws -> VirtualKeyInfo {
        try await vault.create(NewVirtualKey(name: name, provider: provider, baseURL: baseURL, secret: try secret(key)))
    }
}

func secret(_ key: String) throws -> SecretParts { try secret(json: #"{"api_key":"\#(key)"}"#) }

func secret(json: String) throws -> SecretParts {
    let document = try JSONDocument(json)
    return try SecretParts(document, document.root)
}

func text(_ secret: SecretBytes) -> String { secret.withExposedBytes { String(decoding: $0, as: UTF8.self) } }

func failure<Value>(_ body: () async throws -> Value) async -> GatewayFailure? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? GatewayFailure
    }
}

extension KeyVault {
    /// As whoever runs the test.
    func apiKey(of name: String, for origin: String) throws(GatewayFailure) -> SecretBytes {
        try apiKey(of: name, for: origin, by: PeerIdentity(pid: 1, uid: 1000, gid: 1000, unit: "test.service"))
    }
}
