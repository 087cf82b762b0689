// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// Where the vault keeps its rows: sealed secrets in, sealed secrets out. It never sees a key or plain text.
///
/// Each change is durable when the call returns, or has not happened when it throws; what the audit log is to keep of it is
/// written with it or not at all.
package protocol VaultStorage: AuditLog {
    func loadVault() async throws(GatewayFailure) -> [VaultRow]
    /// What is known of the master key; nil before the first one.
    func loadVaultMaster() async throws(GatewayFailure) -> VaultMasterRow?
    /// - Throws: `conflict` when the name is taken.
    func insertVaultRow(_ row: VaultRow, _ event: AuditEvent?) async throws(GatewayFailure)
    /// Replaces the row of that name.
    /// - Throws: `not_found` when there is none.
    func updateVaultRow(_ row: VaultRow, _ event: AuditEvent?) async throws(GatewayFailure)
    /// - Throws: `not_found` when there is none.
    func deleteVaultRow(named name: String, _ event: AuditEvent?) async throws(GatewayFailure)
    /// Puts `master` in the place of what was known of the master key, and how each of `rows` is sealed, by name: all of it in
    /// one transaction. Nothing else of the rows changes.
    func resealVault(_ rows: [VaultRow], under master: VaultMasterRow, _ event: AuditEvent?) async throws(GatewayFailure)
    /// Keeps an event that changes nothing.
    func recordVaultEvent(_ event: AuditEvent) async throws(GatewayFailure)
    /// Notes when keys were last used. Names that are gone are passed over.
    func recordVaultUse(_ uses: [VaultUse]) async throws(GatewayFailure)
    /// Who has used which key since it was created.
    func loadKeyCallers() async throws(GatewayFailure) -> [KeyCaller]
}

/// What is stored of the master key: nothing that it could be found by, all that it can be recognised by.
package struct VaultMasterRow: Sendable, Equatable {
    /// Tells one master key from others.
    package var id: String
    /// `credential`, `file` or `passphrase`.
    package var source: String
    /// How the key is derived, where it is a passphrase's.
    package var derivation: PassphraseDerivation?
    /// Keyed by the master key over all other fields: tells a wrong key from a damaged row.
    package var checkValue: [UInt8]
    /// Milliseconds since 1970, UTC.
    package var createdAtMilliseconds: Int

    package init(
        id: String, source: String, derivation: PassphraseDerivation?, checkValue: [UInt8], createdAtMilliseconds: Int
    ) {
        self.id = id
        self.source = source
        self.derivation = derivation
        self.checkValue = checkValue
        self.createdAtMilliseconds = createdAtMilliseconds
    }
}

/// scrypt's salt and costs (RFC 7914).
package struct PassphraseDerivation: Sendable, Equatable {
    package var salt: [UInt8]
    /// N, a power of two.
    package var rounds: Int
    /// r.
    package var blockSize: Int
    /// p.
    package var parallelism: Int

    package init(salt: [UInt8], rounds: Int, blockSize: Int, parallelism: Int) {
        self.salt = salt
        self.rounds = rounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }
}

/// One virtual key as it is stored. Times are milliseconds since 1970, UTC.
package struct VaultRow: Sendable, Equatable {
    package var name: String
    /// The provider's id in the catalog.
    package var provider: String
    package var baseURL: String
    /// Scheme, host and port of `baseURL`, which the secret is bound to.
    package var origin: String
    /// Patterns of the models it may be used with, or nil for all.
    package var models: [String]?
    package var expiresAtMilliseconds: Int?
    package var note: String
    /// The limits as given, raw JSON arrays; whoever enforces them reads them.
    package var rateLimits: [UInt8]
    package var usageLimits: [UInt8]
    /// 16 random bytes, made with the row, which its secrets are bound to; nil for a row of the envelope's first format.
    package var id: [UInt8]?
    /// Keyed by the master key over all other fields but the last use: tells a row that was edited. nil for a row of the first
    /// format.
    package var tag: [UInt8]?
    /// The same for equal secrets of this vault, and worth nothing without its master key.
    package var fingerprint: String
    package var secret: SealedSecret
    /// What `secret` replaced, for as long as the rotation's grace lasts.
    package var previous: PreviousSecret?
    /// Who created it; nil in rows that are older than this.
    package var owner: KeyOwner?
    package var createdAtMilliseconds: Int
    package var updatedAtMilliseconds: Int
    package var lastUsedAtMilliseconds: Int?

    package init(
        name: String, provider: String, baseURL: String, origin: String, models: [String]? = nil,
        expiresAtMilliseconds: Int? = nil,
        note: String = "", rateLimits: [UInt8] = Array("[]".utf8), usageLimits: [UInt8] = Array("[]".utf8), id: [UInt8]? = nil,
        fingerprint: String, secret: SealedSecret, previous: PreviousSecret? = nil, owner: KeyOwner? = nil,
        createdAtMilliseconds: Int,
        updatedAtMilliseconds: Int, lastUsedAtMilliseconds: Int? = nil
    ) {
        self.name = name
        self.id = id
        self.provider = provider
        self.baseURL = baseURL
        self.origin = origin
        self.models = models
        self.expiresAtMilliseconds = expiresAtMilliseconds
        self.note = note
        self.rateLimits = rateLimits
        self.usageLimits = usageLimits
        self.fingerprint = fingerprint
        self.secret = secret
        self.previous = previous
        self.owner = owner
        self.createdAtMilliseconds = createdAtMilliseconds
        self.updatedAtMilliseconds = updatedAtMilliseconds
        self.lastUsedAtMilliseconds = lastUsedAtMilliseconds
    }
}

/// A secret under a data key of its own, and that key under a master key. Formats are the vault's; to all others these are bytes.
package struct SealedSecret: Sendable, Equatable {
    /// 1 for the first secret of a name, one more at each rotation; bound to the ciphertext.
    package var keyVersion: Int
    /// Tells which master key wrapped the data key, so that a wrong one is not taken for damage.
    package var masterKeyID: String
    package var wrappedDataKey: [UInt8]
    package var ciphertext: [UInt8]

    package init(keyVersion: Int, masterKeyID: String, wrappedDataKey: [UInt8], ciphertext: [UInt8]) {
        self.keyVersion = keyVersion
        self.masterKeyID = masterKeyID
        self.wrappedDataKey = wrappedDataKey
        self.ciphertext = ciphertext
    }
}

/// A user of the system.
package struct KeyOwner: Sendable, Equatable {
    package var uid: UInt32
    /// As the system called that uid then; nil where it had no name for it.
    package var user: String?

    package init(uid: UInt32, user: String? = nil) {
        self.uid = uid
        self.user = user
    }
}

/// A rotated secret that may still be opened until its grace ends.
package struct PreviousSecret: Sendable, Equatable {
    package var secret: SealedSecret
    package var untilMilliseconds: Int

    package init(secret: SealedSecret, untilMilliseconds: Int) {
        self.secret = secret
        self.untilMilliseconds = untilMilliseconds
    }
}

/// When a key was last opened for a request.
package struct VaultUse: Sendable, Equatable {
    package var name: String
    package var atMilliseconds: Int

    package init(name: String, atMilliseconds: Int) {
        self.name = name
        self.atMilliseconds = atMilliseconds
    }
}
