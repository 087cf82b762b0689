// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel

/// A virtual key to be made, as the caller wrote it.
package struct NewVirtualKey: Sendable {
    package var name: String
    /// An id that the catalog knows.
    package var provider: String
    /// The caller's own, else the provider's; empty when neither has one.
    package var baseURL: String
    package var secret: SecretParts
    package var models: [String]?
    /// RFC 3339.
    package var expiresAt: String?
    package var note: String
    /// Raw JSON arrays.
    package var rateLimits: [UInt8]
    package var usageLimits: [UInt8]

    package init(
        name: String, provider: String, baseURL: String, secret: SecretParts, models: [String]? = nil, expiresAt: String? = nil,
        note: String = "", rateLimits: [UInt8] = Array("[]".utf8), usageLimits: [UInt8] = Array("[]".utf8)
    ) {
        self.name = name
        self.provider = provider
        self.baseURL = baseURL
        self.secret = secret
        self.models = models
        self.expiresAt = expiresAt
        self.note = note
        self.rateLimits = rateLimits
        self.usageLimits = usageLimits
    }
}

/// What to change of a virtual key; nil leaves a thing as it is, `.some(nil)` takes it away.
package struct VirtualKeyChange: Sendable {
    /// Within the same origin only: the secret is bound to it.
    package var baseURL: String?
    package var models: [String]??
    /// RFC 3339.
    package var expiresAt: String??
    package var note: String?
    /// Raw JSON arrays.
    package var rateLimits: [UInt8]?
    package var usageLimits: [UInt8]?

    package init(
        baseURL: String? = nil, models: [String]?? = nil, expiresAt: String?? = nil, note: String? = nil,
        rateLimits: [UInt8]? = nil,
        usageLimits: [UInt8]? = nil
    ) {
        self.baseURL = baseURL
        self.models = models
        self.expiresAt = expiresAt
        self.note = note
        self.rateLimits = rateLimits
        self.usageLimits = usageLimits
    }
}

/// What may be told of a virtual key: all but the secret.
package struct VirtualKeyInfo: Sendable {
    package var name: String
    package var provider: String
    package var baseURL: String
    package var models: [String]?
    package var expiresAt: Timestamp?
    package var note: String
    /// Raw JSON arrays.
    package var rateLimits: [UInt8]
    package var usageLimits: [UInt8]
    /// 16 hexadecimal digits, the same for equal secrets of this vault.
    package var fingerprint: String
    /// 1 at first, one more at each rotation.
    package var keyVersion: Int
    /// Until when the secret before the last rotation can still be opened.
    package var previousUntil: Timestamp?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var lastUsedAt: Timestamp?
    /// The parts of the secret by name; nil for those that are secret. Empty when it cannot be opened.
    package var secretParts: [String: String?] = [:]
    /// Who created it; nil where that was not known yet.
    package var owner: KeyOwner?
    /// Why the secret cannot be opened, and what to do.
    package var unreadable: String?

    init(_ entry: VaultEntry, now: Int) {
        let row = entry.row
        name = row.name
        provider = row.provider
        baseURL = row.baseURL
        models = row.models
        expiresAt = row.expiresAtMilliseconds.map(Timestamp.init(milliseconds:))
        note = row.note
        rateLimits = row.rateLimits
        usageLimits = row.usageLimits
        fingerprint = row.fingerprint
        keyVersion = row.secret.keyVersion
        previousUntil = row.previous.flatMap { now < $0.untilMilliseconds ? Timestamp(milliseconds: $0.untilMilliseconds) : nil }
        createdAt = Timestamp(milliseconds: row.createdAtMilliseconds)
        updatedAt = Timestamp(milliseconds: row.updatedAtMilliseconds)
        lastUsedAt = entry.lastUsedAtMilliseconds.map(Timestamp.init(milliseconds:))
        owner = row.owner
        switch entry.secret {
        case .success(let opened): secretParts = opened.parts
        case .failure(let fault): unreadable = fault.reason
        }
    }
}
