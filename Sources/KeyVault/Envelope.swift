// SPDX-License-Identifier: Apache-2.0
import Crypto
import FoundationEssentials
import GatewayEngine
import GatewayModel

/// What a ciphertext is bound to, as additional data: put into another row, or into a row that now names another provider or
/// origin, it does not open.
struct SecretBinding {
    /// nil in the first format, which had none.
    var rowID: [UInt8]?
    var name: String
    var provider: String
    var origin: String
    var keyVersion: Int

    var format: UInt8 { rowID == nil ? Envelope.firstFormat : Envelope.format }

    private func bytes(_ purpose: StaticString, _ tail: String = "") -> [UInt8] {
        var fields = FieldBytes(capacity: 96 + name.utf8.count + provider.utf8.count + origin.utf8.count)
        fields.append(byte: format)
        fields.append(purpose.description)
        if let rowID { fields.append(rowID) }
        for field in [name, provider, origin, String(keyVersion), tail] { fields.append(field) }
        return fields.bytes
    }

    var forSecret: [UInt8] { bytes("wicket vault secret") }
    func forDataKey(_ masterKeyID: String) -> [UInt8] { bytes("wicket vault data key", masterKeyID) }
}

/// Envelope encryption: each secret under a random data key, each data key under the master key, both by AES-256-GCM.
///
/// Stored form of either: format (one byte), nonce (12), ciphertext, tag (16). The format is authenticated too. Format 1 binds
/// name, provider, origin and key version; format 2 binds the row's id as well.
enum Envelope {
    static let firstFormat: UInt8 = 1
    static let format: UInt8 = 2

    enum Fault: Error {
        case locked, wrongMasterKey, damaged, unknownFormat
    }

    /// Seals `plain` under a new data key.
    static func seal(
        _ plain: SecretBytes, _ binding: SecretBinding, _ master: MasterKey, _ random: RandomSource
    ) throws(GatewayFailure) -> SealedSecret {
        try plain.withExposedBytes { bytes in Result { () throws(GatewayFailure) in try seal(bytes, binding, master, random) } }
            .get()
    }

    static func seal(
        _ plain: UnsafeRawBufferPointer, _ binding: SecretBinding, _ master: MasterKey, _ random: RandomSource
    ) throws(GatewayFailure) -> SealedSecret {
        let dataKey = try lockedKey {
            random.fill($0); return true
        }
        return SealedSecret(
            keyVersion: binding.keyVersion, masterKeyID: master.id,
            wrappedDataKey: try wrap(dataKey, binding, master, random),
            ciphertext: try box(plain, SymmetricKey(data: dataKey.bytes), binding.forSecret, binding.format, random))
    }

    static func wrap(
        _ dataKey: LockedKey, _ binding: SecretBinding, _ master: MasterKey, _ random: RandomSource
    ) throws(GatewayFailure) -> [UInt8] {
        try box(dataKey.bytes, master.wrappingKey, binding.forDataKey(master.id), binding.format, random)
    }

    /// Takes a data key out of its wrapping, into locked memory.
    static func unwrap(_ sealed: SealedSecret, _ binding: SecretBinding, _ master: MasterKey) throws(Fault) -> LockedKey {
        let box = try parse(sealed.wrappedDataKey, binding.format)
        guard sealed.masterKeyID == master.id else { throw .wrongMasterKey }
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

    static func parse(_ stored: [UInt8], _ expected: UInt8) throws(Fault) -> AES.GCM.SealedBox {
        guard let found = stored.first else { throw .damaged }
        guard found == firstFormat || found == format else { throw .unknownFormat }
        guard found == expected else { throw .damaged }
        do { return try AES.GCM.SealedBox(combined: stored[1...]) } catch { throw .damaged }
    }

    /// Opens a box for as long as `body` runs, then overwrites the plain text.
    static func open<Result>(
        _ box: AES.GCM.SealedBox, _ key: SymmetricKey, _ binding: [UInt8], _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(Fault) -> Result {
        var plain: Data
        do { plain = try AES.GCM.open(box, using: key, authenticating: binding) } catch { throw .damaged }
        defer { plain.withUnsafeMutableBytes { wipe($0) } }
        return plain.withUnsafeBytes(body)
    }

    private static func box(
        _ plain: UnsafeRawBufferPointer, _ key: SymmetricKey, _ binding: [UInt8], _ format: UInt8, _ random: RandomSource
    ) throws(GatewayFailure) -> [UInt8] {
        do {
            let nonce = try AES.GCM.Nonce(data: random.bytes(12))
            let sealed = try AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: binding)
            return [format] + nonce + sealed.ciphertext + sealed.tag
        } catch {
            throw GatewayFailure(.internalError, "The secret could not be sealed.")
        }
    }
}
