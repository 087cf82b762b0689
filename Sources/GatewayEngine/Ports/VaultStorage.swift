// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// Where the vault keeps its rows: sealed secrets in, sealed secrets out. It never sees a key or plain text.
///
/// Each change is durable when the call returns, or has not happened when it throws; what the audit log is to keep of it is
/// written with it or not at all.
package protocol VaultStorage: AuditLog {
    func loadVault() async throws(GatewayFailure) -> [VaultRow]
    /// - Throws: `conflict` when the name is taken.
    func insertVaultRow(_ row: VaultRow, _ event: AuditEvent?) async throws(GatewayFailure)
    /// Replaces the row of that name.
    /// - Throws: `not_found` when there is none.
    func updateVaultRow(_ row: VaultRow, _ event: AuditEvent?) async throws(GatewayFailure)
    /// - Throws: `not_found` when there is none.
    func deleteVaultRow(named name: String, _ event: AuditEvent?) async throws(GatewayFailure)
    /// Notes when keys were last used. Names that are gone are passed over.
    func recordVaultUse(_ uses: [VaultUse]) async throws(GatewayFailure)
    /// Who has used which key since it was created.
    func loadKeyCallers() async throws(GatewayFailure) -> [KeyCaller]
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
    /// The same for equal secrets of this vault, and worth nothing without its master key.
    package var fingerprint: String
    package var secret: SealedSecret
    /// What `secret` replaced, for as long as the rotation's grace lasts.
    package var previous: PreviousSecret?
    package var createdAtMilliseconds: Int
    package var updatedAtMilliseconds: Int
    package var lastUsedAtMilliseconds: Int?

    package init(
        name: String, provider: String, baseURL: String, origin: String, models: [String]? = nil,
        expiresAtMilliseconds: Int? = nil,
        note: String = "", rateLimits: [UInt8] = Array("[]".utf8), usageLimits: [UInt8] = Array("[]".utf8), fingerprint: String,
        secret: SealedSecret, previous: PreviousSecret? = nil, createdAtMilliseconds: Int, updatedAtMilliseconds: Int,
        lastUsedAtMilliseconds: Int? = nil
    ) {
        self.name = name
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
