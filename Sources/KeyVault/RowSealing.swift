// SPDX-License-Identifier: Apache-2.0
import Crypto
import GatewayEngine
import GatewayModel

extension VaultRow {
    static func newID(_ random: RandomSource) -> [UInt8] { random.bytes(16) }

    func binding(_ sealed: SealedSecret) -> SecretBinding {
        SecretBinding(rowID: id, name: name, provider: provider, origin: origin, keyVersion: sealed.keyVersion)
    }

    /// All fields but the last use, which is written without the master key and decides nothing.
    ///
    /// A new field of the row belongs here as well.
    private var authenticated: [UInt8] {
        var fields = FieldBytes(capacity: 1024)
        fields.append("wicket vault row")
        fields.append(id ?? [])
        for text in [name, provider, baseURL, origin, note, fingerprint] { fields.append(text) }
        fields.append(optional: models?.count)
        for model in models ?? [] { fields.append(model) }
        for limits in [rateLimits, usageLimits] { fields.append(limits) }
        fields.append(optional: owner.map { Int($0.uid) })
        fields.append(optional: owner?.user)
        for number in [expiresAtMilliseconds, previous?.untilMilliseconds] { fields.append(optional: number) }
        for number in [createdAtMilliseconds, updatedAtMilliseconds] { fields.append(number) }
        for secret in [secret, previous?.secret] {
            guard let secret else { continue }
            fields.append(secret.keyVersion)
            fields.append(secret.masterKeyID)
            fields.append(secret.wrappedDataKey)
            fields.append(secret.ciphertext)
        }
        return fields.bytes
    }

    /// Whether the base URL is within the origin, which the secret is bound to; its path is not.
    var isPointedRight: Bool { (try? BaseURL(baseURL))?.origin == origin }

    /// Gives the row the tag of what it now says.
    mutating func authenticate(_ master: MasterKey) {
        tag = withoutTraces {
            HMAC<SHA256>.authenticationCode(for: authenticated, using: master.rowKey).withUnsafeBytes { Array($0) }
        }
    }

    /// Whether the row is as the vault wrote it. Rows of the first format have no tag; their secrets open by that format only.
    func isAuthentic(_ master: MasterKey) -> Bool {
        guard let tag else { return id == nil }
        return withoutTraces {
            HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: authenticated, using: master.rowKey)
        }
    }

    /// The same secrets in the present format under `new`; nil when not all of them open under `old`.
    ///
    /// Data keys and ciphertexts stay as they are where the format is the present one.
    func resealed(from old: MasterKey, to new: MasterKey, _ random: RandomSource) throws(GatewayFailure) -> VaultRow? {
        try withoutTraces { () throws(GatewayFailure) in try resealedLeavingTraces(from: old, to: new, random) }
    }

    private func resealedLeavingTraces(
        from old: MasterKey, to new: MasterKey, _ random: RandomSource
    ) throws(GatewayFailure) -> VaultRow? {
        guard isPointedRight, let readable = try? OpenableSecret(self, secret, old),
            let fingerprint = readable.newFingerprint(new)
        else { return nil }
        var row = self
        row.id = id ?? Self.newID(random)
        row.fingerprint = fingerprint
        guard let sealed = try readable.resealed(secret, row.binding(secret), new, random) else { return nil }
        row.secret = sealed
        if let previous {
            guard let readable = try? OpenableSecret(self, previous.secret, old),
                let sealed = try readable.resealed(previous.secret, row.binding(previous.secret), new, random)
            else { return nil }
            row.previous?.secret = sealed
        }
        row.authenticate(new)
        return row
    }
}

extension [VaultRow] {
    /// Those of `self` that are to be sealed anew, and are.
    /// - Parameter old: nil where the master key stays; then only rows of an older format are sealed anew.
    func resealed(from old: MasterKey?, to new: MasterKey, _ random: RandomSource) throws(GatewayFailure) -> [VaultRow] {
        var changed: [VaultRow] = []
        for row in self where old != nil || row.id == nil {
            if let row = try row.resealed(from: old ?? new, to: new, random) {
                changed.append(row)
            } else if row.previous != nil {
                // The present secret goes on working; the one before it did not open any more.
                var alone = row
                alone.previous = nil
                if let row = try alone.resealed(from: old ?? new, to: new, random) { changed.append(row) }
            }
        }
        return changed
    }
}
