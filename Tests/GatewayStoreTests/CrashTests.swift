// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import Synchronization
import Testing

struct CrashTests {
    /// The child acknowledges into a file, as a client would have been told, and kills itself in the midst of others' writes.
    @Test func `after SIGKILL under load every acknowledged write is there, and the database opens`() async throws {
        for killedAt in [1, 40, 200] {
            let path = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: path) }
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, killedAt = killedAt as Int] in
                try await loadUntilKilled(path, killedAt: killedAt)
            }
            let acknowledged = try String(contentsOfFile: path + "/acknowledged", encoding: .utf8).split(separator: "\n").map(
                String.init)
            #expect(acknowledged.count >= killedAt)

            let test = try TestStore(path: path)
            #expect(try await test.store.read { try $0.text("PRAGMA integrity_check") } == "ok")
            let present = Set(try await test.store.loadVault().map(\.name) + test.allCalls().map(\.record.traceID))
            for name in acknowledged { #expect(present.contains(name), "\(name) of \(acknowledged.count)") }
            try await test.store.close()
        }
    }
}

/// Writes down what was acknowledged; at the given count it kills the process.
private final class Acknowledgements: Sendable {
    private let file: Int32
    private let killedAt: Int
    private let count = Atomic<Int>(0)

    init(_ path: String, killedAt: Int) {
        file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        self.killedAt = killedAt
    }

    func add(_ name: String) {
        let line = Array("\(name)\n".utf8)
        _ = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        if count.add(1, ordering: .relaxed).newValue >= killedAt { kill(getpid(), SIGKILL) }
    }
}

private func loadUntilKilled(_ path: String, killedAt: Int) async throws {
    let test = try TestStore(path: path)
    let acknowledgements = Acknowledgements(path + "/acknowledged", killedAt: killedAt)
    try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<8 {
            group.addTask {
                for index in 0... {
                    let name = "\(task)-\(index)"
                    if task % 2 == 0 {
                        test.store.append(record(name))
                        try await test.store.flush()
                    } else {
                        try await test.store.insertVaultRow(
                            VaultRow(
                                name: name, provider: "p", baseURL: "https://a.example", origin: "https://a.example",
                                fingerprint: "",
                                secret: SealedSecret(keyVersion: 1, masterKeyID: "", wrappedDataKey: [], ciphertext: []),
                                createdAtMilliseconds: 0, updatedAtMilliseconds: 0))
                    }
                    acknowledgements.add(name)
                }
            }
        }
        try await group.waitForAll()
    }
}
