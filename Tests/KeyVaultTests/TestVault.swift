// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import JSONBytes
import ProviderAdapters
import Synchronization
import Testing

@testable import KeyVault

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
    var clock: GatewayClock {
        GatewayClock(monotonicNanoseconds: { UInt64(self.now) * 1_000_000 }, wallMilliseconds: { self.now })
    }
}

/// A vault on a real store.
struct TestVault {
    let temporary = TemporaryDirectory()
    let time = TestTime()
    let directory: StateDirectory
    let store: GatewayStore
    let places: MasterKeyPlaces
    let vault: KeyVault

    init(_ setting: MasterKeySetting = .auto, credentials: String? = nil) async throws {
        directory = try StateDirectory(temporary.path)
        store = try GatewayStore(in: directory) { level, message in Issue.record("\(level): \(message)") }
        var places = MasterKeyPlaces(MasterKeyFile(in: directory), setting: setting, credentialsDirectory: credentials)
        places.newDerivation = cheapDerivation
        self.places = places
        vault = try await KeyVault(storage: store, places: places, clock: time.clock)
    }

    /// The key in the file.
    var master: MasterKey {
        get throws { try #require(try places.file.load()) }
    }

    /// Another vault on the same store, as after a restart.
    func reopened(
        _ setting: MasterKeySetting? = nil, credentials: String? = nil, storage: (any VaultStorage)? = nil
    ) async throws -> KeyVault {
        var places = places
        if let setting { places.setting = setting }
        if let credentials { places.credentialsDirectory = credentials }
        return try await KeyVault(storage: storage ?? store, places: places, clock: time.clock)
    }

    /// The tables of the vault as they are on the disk, each value as SQLite quotes it; the last use is left out.
    func stored() async throws -> [String] {
        try await store.read { connection in
            var lines: [String] = []
            for (table, order) in [("virtual_key", "name"), ("vault_master", "slot")] {
                let info = try connection.uncachedStatement("SELECT name FROM pragma_table_info('\(table)')")
                var columns: [String] = []
                while try info.step() { columns.append(info.text(0) ?? "") }
                let quoted = columns.filter { $0 != "last_used_at" }.map { "quote(\($0))" }.joined(separator: "||'|'||")
                let rows = try connection.uncachedStatement("SELECT \(quoted) FROM \(table) ORDER BY \(order)")
                while try rows.step() { lines.append(rows.text(0) ?? "") }
            }
            return lines
        }
    }

    /// The row as it is stored.
    func row(_ name: String) async throws -> VaultRow {
        try #require(try await store.loadVault().first { $0.name == name })
    }

    @discardableResult
    func create(
        _ name: String = "prod", provider: String = "openai", baseURL: String = "https://api.openai.com/v1",
        key: String = "sk-secret", by actor: PeerIdentity? = nil
    ) async throws -> VirtualKeyInfo {
        let new = NewVirtualKey(name: name, provider: provider, baseURL: baseURL, secret: try secret(key))
        return try await vault.create(new, by: actor)
    }
}

func secret(_ key: String) throws -> SecretParts { try secret(json: #"{"api_key":"\#(key)"}"#) }

func secret(json: String, _ kind: SecretKind = .apiKey, keeping kept: [String: String] = [:]) throws -> SecretParts {
    let document = try JSONDocument(json)
    return try SecretParts(document, document.root, kind, keeping: kept)
}

/// A few milliseconds in place of a quarter of a second (of four in a debug build), and still within the bounds.
let cheapDerivation: @Sendable (RandomSource) -> PassphraseDerivation = {
    PassphraseDerivation(salt: $0.bytes(32), rounds: 1 << 10, blockSize: 8, parallelism: 1)
}

func passphrase(_ text: String) -> SecretBytes { Array(text.utf8).withUnsafeBytes { SecretBytes(copying: $0) } }

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
