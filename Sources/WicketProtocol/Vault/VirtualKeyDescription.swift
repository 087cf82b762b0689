// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// A virtual key as the vault's methods return it: everything but its secret. Times are RFC 3339 in UTC.
package struct VirtualKeyDescription: Sendable {
    package var name: String
    package var provider: String
    /// Its scheme, host and port are what the secret is bound to.
    package var baseURL: String
    /// Patterns of the models it may be used with; nil for all.
    package var models: [String]?
    package var expiresAt: String?
    /// Raw JSON, a list.
    package var rateLimits: [UInt8]
    /// Raw JSON, a list.
    package var usageLimits: [UInt8]
    package var note: String
    /// Tells two secrets apart without saying anything of either.
    package var fingerprint: String
    /// 1 at first, one more at each rotation.
    package var version: Int
    package var createdAt: String
    package var updatedAt: String
    /// Until when the secret before the last rotation is kept.
    package var graceUntil: String?
    package var lastUsedAt: String?
    /// The parts of the secret by name; nil for those that are secret.
    package var secretParts: [String: String?] = [:]
    /// Who created it, as uid and as the name that the system had for it; nil in keys that are older than this.
    package var owner: (uid: UInt32, user: String?)?
    /// Why the secret cannot be opened, and what to do; nil when it can.
    package var unreadable: String?

    package init(
        name: String, provider: String, baseURL: String, models: [String]? = nil, expiresAt: String? = nil,
        rateLimits: [UInt8] = Array("[]".utf8), usageLimits: [UInt8] = Array("[]".utf8), note: String = "", fingerprint: String,
        version: Int = 1, createdAt: String, updatedAt: String, graceUntil: String? = nil, lastUsedAt: String? = nil,
        unreadable: String? = nil
    ) {
        self.name = name
        self.provider = provider
        self.baseURL = baseURL
        self.models = models
        self.expiresAt = expiresAt
        self.rateLimits = rateLimits
        self.usageLimits = usageLimits
        self.note = note
        self.fingerprint = fingerprint
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.graceUntil = graceUntil
        self.lastUsedAt = lastUsedAt
        self.unreadable = unreadable
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("name"); json.string(name)
        json.key("provider"); json.string(provider)
        json.key("base_url"); json.string(baseURL)
        json.key("models"); json.strings(models)
        json.key("expires_at"); json.string(orNull: expiresAt)
        json.key("rate_limits"); json.raw(rateLimits)
        json.key("usage_limits"); json.raw(usageLimits)
        json.key("note"); json.string(note)
        json.key("fingerprint"); json.string(fingerprint)
        json.key("version"); json.int(version)
        json.key("created_at"); json.string(createdAt)
        json.key("updated_at"); json.string(updatedAt)
        json.key("grace_until"); json.string(orNull: graceUntil)
        json.key("last_used_at"); json.string(orNull: lastUsedAt)
        json.key("secret_parts")
        json.beginObject()
        for (name, value) in secretParts.sorted(by: { $0.key < $1.key }) {
            json.key(name); json.string(orNull: value)
        }
        json.endObject()
        json.key("owner")
        if let owner {
            json.beginObject()
            json.key("uid"); json.int(Int(owner.uid))
            json.key("user"); json.string(orNull: owner.user)
            json.endObject()
        } else {
            json.null()
        }
        json.key("unreadable"); json.string(orNull: unreadable)
        json.endObject()
    }
}
