// SPDX-License-Identifier: Apache-2.0
import Crypto
import FoundationEssentials
import GatewayEngine
import GatewayModel
import Glibc

/// What a ciphertext is bound to, as additional data: put into another row, or into a row that now names another provider or
/// origin, it does not open.
struct SecretBinding {
    var name: String
    var provider: String
    var origin: String
    var keyVersion: Int

    /// Each field with its length before it, so that no two bindings have the same bytes.
    fileprivate func bytes(_ purpose: StaticString, _ tail: String = "") -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + name.utf8.count + provider.utf8.count + origin.utf8.count)
        bytes.append(Envelope.format)
        for field in [purpose.description, name, provider, origin, String(keyVersion), tail] {
            let count = UInt32(truncatingIfNeeded: field.utf8.count)
            for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
            bytes.append(contentsOf: field.utf8)
        }
        return bytes
    }

    var forSecret: [UInt8] { bytes("wicket vault secret") }
    func forDataKey(_ masterKeyID: String) -> [UInt8] { bytes("wicket vault data key", masterKeyID) }
}

/// Envelope encryption: each secret under a random data key, each data key under the master key, both by AES-256-GCM.
///
/// Stored form of either: format (one byte, 1), nonce (12), ciphertext, tag (16). The format is authenticated too.
enum Envelope {
    static let format: UInt8 = 1

    enum Fault: Error {
        case wrongMasterKey, damaged, unknownFormat
    }

    /// Seals `plain` under a new data key.
    static func seal(
        _ plain: SecretBytes, _ binding: SecretBinding, _ master: MasterKey, _ random: RandomSource
    ) throws(GatewayFailure) -> SealedSecret {
        let dataKey = try lockedKey {
            random.fill($0); return true
        }
        do {
            return SealedSecret(
                keyVersion: binding.keyVersion, masterKeyID: master.id,
                wrappedDataKey: try box(dataKey.bytes, master.wrappingKey, binding.forDataKey(master.id), random),
                ciphertext: try plain.withExposedBytes {
                    try box($0, SymmetricKey(data: dataKey.bytes), binding.forSecret, random)
                })
        } catch {
            throw GatewayFailure(.internalError, "The secret could not be sealed.")
        }
    }

    /// Takes a data key out of its wrapping, into locked memory.
    static func unwrap(_ sealed: SealedSecret, _ binding: SecretBinding, _ master: MasterKey) throws(Fault) -> LockedKey {
        guard sealed.masterKeyID == master.id else { throw .wrongMasterKey }
        let box = try parse(sealed.wrappedDataKey)
        let key = try open(box, master.wrappingKey, binding.forDataKey(master.id)) { plain in
            LockedKey { room in
                guard plain.count == room.count else { return false }
                room.copyMemory(from: plain)
                return true
            }
        }
        guard let key else { throw .damaged }
        return key
    }

    static func parse(_ stored: [UInt8]) throws(Fault) -> AES.GCM.SealedBox {
        guard stored.first == format else { throw stored.isEmpty ? .damaged : .unknownFormat }
        do { return try AES.GCM.SealedBox(combined: stored[1...]) } catch { throw .damaged }
    }

    /// Opens a box for as long as `body` runs, then overwrites the plain text.
    static func open<Result>(
        _ box: AES.GCM.SealedBox, _ key: SymmetricKey, _ binding: [UInt8], _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(Fault) -> Result {
        var plain: Data
        do { plain = try AES.GCM.open(box, using: key, authenticating: binding) } catch { throw .damaged }
        defer { plain.withUnsafeMutableBytes { if let base = $0.baseAddress { explicit_bzero(base, $0.count) } } }
        return plain.withUnsafeBytes(body)
    }

    private static func box(
        _ plain: UnsafeRawBufferPointer, _ key: SymmetricKey, _ binding: [UInt8], _ random: RandomSource
    ) throws -> [UInt8] {
        let nonce = try AES.GCM.Nonce(data: random.bytes(12))
        let sealed = try AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: binding)
        return [format] + nonce + sealed.ciphertext + sealed.tag
    }
}
