// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import KeyVault

struct LockedMemoryTests {
    @Test(arguments: [1, 31, 32, 33, 64, 100, 128, 1000, 4095, 4096, 4097, 70_000])
    func `a piece of any size is zeroes, holds what is written to it, and touches no other`(size: Int) throws {
        let memory = LockedMemory()
        let pieces = try (0..<20).map { _ in try #require(memory.take(size)) }
        for (index, piece) in pieces.enumerated() {
            #expect(piece.count == size && piece.allSatisfy { $0 == 0 })
            piece.initializeMemory(as: UInt8.self, repeating: UInt8(index + 1))
        }
        for (index, piece) in pieces.enumerated() { #expect(piece.allSatisfy { $0 == UInt8(index + 1) }) }
        for piece in pieces { memory.giveBack(piece) }
        for _ in 0..<20 { #expect(try #require(memory.take(size)).allSatisfy { $0 == 0 }) }
    }

    @Test func `a piece that was given back is overwritten and used again`() throws {
        let memory = LockedMemory()
        let first = try #require(memory.take(40))
        first.initializeMemory(as: UInt8.self, repeating: 7)
        memory.giveBack(first)
        #expect(first.allSatisfy { $0 == 0 })
        #expect(try #require(memory.take(64)).baseAddress == first.baseAddress)
    }

    @Test func `a secret's memory is overwritten when the last holder lets go of it`() throws {
        var secret = SecretBytes.locked(capacity: 100) { room in
            room.copyBytes(from: Array("secret".utf8))
            return 6
        }
        let place = try #require(secret?.withExposedBytes { $0 })
        var holder = secret
        secret = nil
        #expect(holder?.count == 6 && place.elementsEqual("secret".utf8))
        holder = nil
        #expect(place.allSatisfy { $0 == 0 })
    }

    @Test func `it says how far it protects`() {
        // Which of them depends on the kernel and on the limit on locked memory.
        #expect([.secret, .locked, .unlocked].contains(LockedMemory().protection))
    }
}
