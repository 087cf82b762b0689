// SPDX-License-Identifier: Apache-2.0
import Crypto
import GatewayEngine
import GatewayModel
import Glibc
import JSONBytes
import KeyVault
import SocketServer

// What a request pays for its provider key, beside what opening the key with a cipher would cost, and what a connection pays for
// its peer's identity: the median of several rounds, on one core, nothing gated. Build it in release.
//
//     swift run -c release wicket-vault-benchmark

/// The rows of a vault, in memory.
private struct NoStorage: VaultStorage {
    func loadVault() async throws(GatewayFailure) -> [VaultRow] { [] }
    func loadVaultMaster() async throws(GatewayFailure) -> VaultMasterRow? { nil }
    func loadKeyCallers() async throws(GatewayFailure) -> [KeyCaller] { [] }
    func insertVaultRow(_ row: VaultRow, _ event: AuditEvent?) async throws(GatewayFailure) {}
    func updateVaultRow(_ row: VaultRow, _ event: AuditEvent?) async throws(GatewayFailure) {}
    func deleteVaultRow(named name: String, _ event: AuditEvent?) async throws(GatewayFailure) {}
    func resealVault(_ rows: [VaultRow], under master: VaultMasterRow, _ event: AuditEvent?) async throws(GatewayFailure) {}
    func recordVaultEvent(_ event: AuditEvent) async throws(GatewayFailure) {}
    func append(_ event: AuditEvent) {}
    func recordVaultUse(_ uses: [VaultUse]) async throws(GatewayFailure) {}
}

private func now(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The median round's mean, in nanoseconds.
private func measure(_ times: Int, _ work: () throws -> Void) rethrows -> Double {
    var rounds: [Double] = []
    for _ in 0..<101 {
        let started = now(CLOCK_MONOTONIC)
        for _ in 0..<times { try work() }
        rounds.append(Double(now(CLOCK_MONOTONIC) - started) / Double(times))
    }
    return rounds.sorted()[rounds.count / 2]
}

private func report(_ name: String, _ nanoseconds: Double) { print("\(name): \(Int(nanoseconds.rounded())) ns") }

/// Keeps the optimiser from dropping work whose result nobody reads.
@inline(never) private func use<T>(_ value: borrowing T) {}

private func vault(keys: Int) async throws -> KeyVault {
    let clock = GatewayClock(
        monotonicNanoseconds: { now(CLOCK_MONOTONIC) }, wallMilliseconds: { Int(now(CLOCK_REALTIME) / 1_000_000) })
    var template = Array("/tmp/wicket-vault-benchmark-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("no folder can be made in /tmp") }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let file = MasterKeyFile(in: try StateDirectory(folder))
    defer {
        unlink(file.path)
        rmdir(folder)
    }
    let vault = try await KeyVault(storage: NoStorage(), places: MasterKeyPlaces(file), clock: clock)
    let document = try JSONDocument(Array(#"{"api_key":"sk-proj-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"}"#.utf8))
    for number in 0..<keys {
        let secret = try SecretParts(document, document.root)
        _ = try await vault.create(
            NewVirtualKey(name: "key-\(number)", provider: "openai", baseURL: "https://api.openai.com/v1", secret: secret))
    }
    return vault
}

let peer = PeerIdentity(pid: getpid(), uid: getuid(), gid: getgid(), unit: "backup.service")
let key = SymmetricKey(size: .bits256)
let binding = [UInt8](repeating: 1, count: 80)
let box = try AES.GCM.seal([UInt8](repeating: 2, count: 66), using: key, authenticating: binding)
let opening = try measure(1000) { use(try AES.GCM.open(box, using: key, authenticating: binding)) }
report("one AES-GCM open", opening)
for count in [1, 1000] {
    let vault = try await vault(keys: count)
    let name = "key-\(count / 2)"
    let giving = try measure(1000) { use(try vault.apiKey(of: name, for: "https://api.openai.com", by: peer)) }
    report("apiKey(of:for:by:) among \(count)", giving)
    print("  \((giving / opening * 100).rounded() / 100) of an AES-GCM open; keys lie in \(vault.memory.rawValue)")
}

var ends: [Int32] = [0, 0]
guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { fatalError("no sockets can be made") }
report("attesting a connection's peer", measure(100) { use(PeerAttestation.attest(ends[0])) })
