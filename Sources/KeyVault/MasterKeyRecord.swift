// SPDX-License-Identifier: Apache-2.0
import Crypto
import GatewayEngine

/// A master key in use, and what the database knows of it.
struct OpenMaster: Sendable {
    var key: MasterKey
    var record: VaultMasterRow

    var source: MasterKeySource? { MasterKeySource(rawValue: record.source) }
}

extension VaultMasterRow {
    /// What to store of a master key that is taken into use.
    init(_ key: MasterKey, from source: MasterKeySource, _ derivation: PassphraseDerivation? = nil, now: Int) {
        self.init(id: key.id, source: source.rawValue, derivation: derivation, checkValue: [], createdAtMilliseconds: now)
        checkValue = withoutTraces {
            HMAC<SHA256>.authenticationCode(for: authenticated, using: key.checkKey).withUnsafeBytes { Array($0) }
        }
    }

    /// Whether `key` is the one that this row was written for, and the row as it was written.
    func isWritten(for key: MasterKey) -> Bool {
        id == key.id
            && withoutTraces {
                HMAC<SHA256>.isValidAuthenticationCode(checkValue, authenticating: authenticated, using: key.checkKey)
            }
    }

    private var authenticated: [UInt8] {
        var fields = FieldBytes()
        fields.append("wicket vault master")
        fields.append(id)
        fields.append(source)
        fields.append(createdAtMilliseconds)
        if let derivation {
            fields.append(derivation.salt)
            for number in [derivation.rounds, derivation.blockSize, derivation.parallelism] { fields.append(number) }
        }
        return fields.bytes
    }
}
