// SPDX-License-Identifier: Apache-2.0
import Crypto
import GatewayEngine
import GatewayModel

/// A sealed secret with its data key unwrapped: all that it takes to open it, or to seal it anew. It lives no longer than that
/// takes, within `withoutTraces`.
struct OpenableSecret: Sendable {
    private let box: AES.GCM.SealedBox
    private let dataKey: LockedKey
    private let binding: [UInt8]

    /// - Parameter sealed: one of the row's.
    init(_ row: VaultRow, _ sealed: SealedSecret, _ master: MasterKey) throws(Envelope.Fault) {
        let binding = row.binding(sealed)
        box = try Envelope.parse(sealed.ciphertext, binding.format)
        let dataKey = try Envelope.unwrap(sealed, binding, master)
        guard row.isAuthentic(master) else { throw .damaged }
        self.dataKey = dataKey
        self.binding = binding.forSecret
    }

    func parts() throws(Envelope.Fault) -> OpenedParts {
        guard let parts = try withPlain({ OpenedParts($0) }) else { throw .damaged }
        return parts
    }

    /// nil where the secret does not open.
    func newFingerprint(_ master: MasterKey) -> String? {
        try? withPlain { fingerprint(ofBytes: $0, master) }
    }

    /// The same secret for a row of the present format: its data key wrapped anew, and where the format changes, under a new one.
    /// - Returns: nil where the secret does not open.
    func resealed(
        _ sealed: SealedSecret, _ new: SecretBinding, _ master: MasterKey, _ random: RandomSource
    ) throws(GatewayFailure) -> SealedSecret? {
        if sealed.ciphertext.first == new.format {
            guard (try? withPlain { _ in }) != nil else { return nil }
            var moved = sealed
            moved.masterKeyID = master.id
            moved.wrappedDataKey = try Envelope.wrap(dataKey, new, master, random)
            return moved
        }
        let outcome = try? withPlain { plain in
            Result { () throws(GatewayFailure) in try Envelope.seal(plain, new, master, random) }
        }
        return try outcome?.get()
    }

    private func withPlain<Value>(_ body: (UnsafeRawBufferPointer) -> Value) throws(Envelope.Fault) -> Value {
        try Envelope.open(box, SymmetricKey(data: dataKey.bytes), binding, body)
    }
}
