// SPDX-License-Identifier: Apache-2.0
import Crypto
import GatewayEngine
import GatewayModel
import GatewayStore
import Glibc
import JSONBytes
import Testing

@testable import KeyVault

/// What keys leave behind in the memory of the process that uses them.
struct TracesTests {
    private let origin = "https://api.openai.com"

    /// A secret of 32 random letters, made without a trace.
    private func randomSecret() throws -> SecretParts {
        try withoutTraces {
            var random = SystemRandomNumberGenerator()
            let key = (0..<32).map { _ in UInt8.random(in: UInt8(ascii: "A")...UInt8(ascii: "Z"), using: &random) }
            let document = try JSONDocument(Array(#"{"api_key":""#.utf8) + key + Array(#""}"#.utf8))
            return try SecretParts(document, document.root)
        }
    }

    @Test func `after a thousand requests each key stands in protected memory only`() async throws {
        let test = try await TestVault()
        for name in ["a", "b"] {
            _ = try await test.vault.create(
                NewVirtualKey(name: name, provider: "openai", baseURL: origin, secret: try randomSecret()))
        }
        _ = try await test.vault.rotate("b", secret: try randomSecret(), graceSeconds: 60)
        for vault in [test.vault, try await test.reopened()] {
            for _ in 0..<1000 {
                _ = try vault.apiKey(of: "a", for: origin)
                _ = try vault.previousAPIKey(of: "b", for: origin)
            }
            #expect(try test.master.withBytes(copies(of:)) == [])
            for name in ["a", "b"] {
                #expect(try vault.apiKey(of: name, for: origin).withExposedBytes(copies(of:)) == [])
            }
            let previous = try #require(try vault.previousAPIKey(of: "b", for: origin))
            #expect(try previous.withExposedBytes(copies(of:)) == [])
        }
        let row = try await test.row("a")
        let dataKey = try withoutTraces { try Envelope.unwrap(row.secret, row.binding(row.secret), try test.master) }
        #expect(try copies(of: dataKey.bytes) == [])
        let master = try test.master
        let wrapping = try #require(
            LockedKey { room in
                withoutTraces { master.wrappingKey.withUnsafeBytes { room.copyMemory(from: $0) } }
                return true
            })
        #expect(try copies(of: wrapping.bytes) == [])
    }

    /// All keys for the vault's purposes follow from HKDF's pseudorandom key (RFC 5869), and HMAC keeps that as two pads.
    @Test func `after a rotation of the master key nothing is left that its keys follow from`() async throws {
        let test = try await TestVault()
        _ = try await test.vault.create(
            NewVirtualKey(name: "a", provider: "openai", baseURL: origin, secret: try randomSecret()))
        for _ in 1...3 { try await test.vault.rotateMaster(to: nil, passphrase: nil, by: nil) }
        let master = try test.master
        for mask in [0x00, 0x36, 0x5C] as [UInt8] {
            let pad = try #require(
                LockedKey { room in
                    withoutTraces {
                        let pseudorandom = master.withBytes {
                            HMAC<SHA256>.authenticationCode(for: $0, using: SymmetricKey(data: [UInt8](repeating: 0, count: 32)))
                        }
                        pseudorandom.withUnsafeBytes { bytes in
                            for (index, byte) in bytes.enumerated() { room[index] = byte ^ mask }
                        }
                    }
                    return true
                })
            #expect(try copies(of: pad.bytes) == [])
        }
    }

    @Test func `the search finds a copy that is there`() throws {
        let secret = try randomSecret().canonical
        let copy = secret.withExposedBytes { SecretBytes(copying: $0) }
        #expect(try secret.withExposedBytes(copies(of:)).count == 1)
        withExtendedLifetime(copy) {}
    }
}
