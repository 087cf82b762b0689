// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import KeyVault
import Testing

struct MasterKeyFileTests {
    private let temporary = TemporaryDirectory()

    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func `the first start makes a key of 32 bytes for its owner alone, the next one reads it`() throws {
        let directory = try StateDirectory(temporary.path)
        let file = MasterKeyFile(in: directory)
        #expect(try file.load() == nil)
        let key = try file.loadOrCreate()
        #expect(try mode(file.path) == 0o600)
        #expect(try mode(temporary.path) == 0o700)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)).count == 32)
        #expect(try file.loadOrCreate().id == key.id)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == ["master.key"])
    }

    @Test func `two keys differ, and an id is not part of its key`() throws {
        let (one, other) = (try MasterKey(random: .system), try MasterKey(random: .system))
        #expect(one.id != other.id)
        let fixed = try MasterKey(random: RandomSource { $0.initializeMemory(as: UInt8.self, repeating: 7) })
        #expect(!fixed.id.contains("0707"))
        #expect(try MasterKey(random: RandomSource { $0.initializeMemory(as: UInt8.self, repeating: 7) }).id == fixed.id)
        #expect("\(fixed)".contains("7, 7") == false)
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o666, 0o601, 0o700 | 0o010])
    func `a file that others may touch is refused`(permissions: Int) throws {
        let file = MasterKeyFile(in: try StateDirectory(temporary.path))
        _ = try file.loadOrCreate()
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file.path)
        let failure = #expect(throws: GatewayFailure.self) { try file.loadOrCreate() }
        #expect(failure?.message.contains("chmod 600") == true)
    }

    @Test(arguments: [0, 1, 31, 33, 64])
    func `a file of another size is refused and kept`(size: Int) throws {
        let file = MasterKeyFile(in: try StateDirectory(temporary.path))
        #expect(
            FileManager.default.createFile(atPath: file.path, contents: Data(count: size), attributes: [.posixPermissions: 0o600])
        )
        #expect(throws: GatewayFailure.self) { try file.loadOrCreate() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)).count == size)
    }

    @Test func `a link, a directory and a pipe are refused`() throws {
        let file = MasterKeyFile(in: try StateDirectory(temporary.path))
        _ = try file.loadOrCreate()
        try FileManager.default.moveItem(atPath: file.path, toPath: temporary.file("elsewhere"))
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: temporary.file("elsewhere"))
        #expect(throws: GatewayFailure.self) { try file.loadOrCreate() }
        try FileManager.default.removeItem(atPath: file.path)
        try FileManager.default.createDirectory(atPath: file.path, withIntermediateDirectories: false)
        #expect(throws: GatewayFailure.self) { try file.loadOrCreate() }
        try FileManager.default.removeItem(atPath: file.path)
        #expect(mkfifo(file.path, 0o600) == 0)
        #expect(throws: GatewayFailure.self) { try file.loadOrCreate() }
    }

    // Only root can give a file away.
    @Test(.enabled(if: geteuid() == 0, "needs root, to give a file to another user"))
    func `a file of another user is refused`() throws {
        let file = MasterKeyFile(in: try StateDirectory(temporary.path))
        _ = try file.loadOrCreate()
        #expect(chown(file.path, 65_534, 65_534) == 0)
        let failure = #expect(throws: GatewayFailure.self) { try file.loadOrCreate() }
        #expect(failure?.message.contains("uid 65534") == true)
    }

    @Test func `a state directory is private and one daemon's at a time`() throws {
        try FileManager.default.createDirectory(
            atPath: temporary.path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        let failure = #expect(throws: GatewayFailure.self) { try StateDirectory(temporary.path) }
        #expect(failure?.message.contains("chmod 700") == true)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: temporary.path)
        do {
            let held = try StateDirectory(temporary.path)
            let second = #expect(throws: GatewayFailure.self) { try StateDirectory(held.path) }
            #expect(second?.message.contains("another wicketd") == true)
        }
        let nested = try StateDirectory(temporary.file("a/b/c"))
        #expect(try mode(nested.path) == 0o700)
    }
}
