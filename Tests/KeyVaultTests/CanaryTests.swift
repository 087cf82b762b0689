// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import KeyVault
import Testing

struct CanaryTests {
    @Test func `a planted key is nowhere in the state directory, whatever was done with it`() async throws {
        let test = try await TestVault()
        let canaries = ["sk-canary-\(UUID().uuidString)", "sk-canary-\(UUID().uuidString)"]
        try await test.create(key: canaries[0])
        _ = try await test.vault.rotate("prod", secret: try secret(canaries[1]), graceSeconds: 60)
        _ = try test.vault.apiKey(of: "prod", for: "https://api.openai.com")
        _ = try test.vault.previousAPIKey(of: "prod", for: "https://api.openai.com")
        test.store.append(
            CallRecord(
                traceID: "t", spanID: "s", startedAtMilliseconds: 1, method: "m", peer: PeerIdentity(pid: 1, uid: 0, gid: 0),
                virtualKey: "prod"))
        try await test.store.flush()

        let files = try readAll(test.temporary.path)
        // The write-ahead log is among them, and the search finds what is there.
        #expect(files.keys.contains { $0.hasSuffix("-wal") })
        #expect(files.values.contains { contains($0, Data("api.openai.com".utf8)) })
        for canary in canaries {
            let bytes = Data(canary.utf8)
            let forms =
                [
                    bytes, Data(bytes.map { String(format: "%02x", $0) }.joined().utf8),
                    Data(bytes.map { String(format: "%02X", $0) }.joined().utf8),
                ] + (0..<3).map { base64Core(bytes, shift: $0) }
            for (name, content) in files {
                for form in forms { #expect(!contains(content, form), "\(name)") }
            }
        }
    }

    /// Read by another process: closing the database's files here would end SQLite's locks on them.
    private func readAll(_ path: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            let process = Process()
            let pipe = Pipe()
            process.executableURL = URL(fileURLWithPath: "/bin/cat")
            process.arguments = [path + "/" + name]
            process.standardOutput = pipe
            try process.run()
            files[name] = try pipe.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
        }
        return files
    }

    /// The part of the base64 text that is the same wherever the bytes lie in a longer one at this offset.
    private func base64Core(_ bytes: Data, shift: Int) -> Data {
        Data((Data(count: shift) + bytes).base64EncodedString().dropFirst(4).dropLast(4).utf8)
    }

    private func contains(_ content: Data, _ part: Data) -> Bool { content.range(of: part) != nil }
}
