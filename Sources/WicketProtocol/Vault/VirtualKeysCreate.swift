// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Puts a provider's key into the vault under a name; from then on callers say the name and never see the key.
package enum VirtualKeysCreate: RPCMethod {
    package static let name = "virtual_keys.create"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Puts a provider's key into the vault under a name."

    package struct Params: Sendable {
        package var name: String
        /// A provider's id in the catalog.
        package var provider: String
        package var secret: ProviderSecret
        /// nil for the provider's own.
        package var baseURL: String?
        /// Patterns (`claude-*`); nil for all.
        package var models: [String]?
        /// RFC 3339, UTC; nil for never.
        package var expiresAt: String?
        /// Raw JSON, a list.
        package var rateLimits: [UInt8]?
        /// Raw JSON, a list.
        package var usageLimits: [UInt8]?
        package var note: String?

        package init(
            name: String, provider: String, secret: ProviderSecret, baseURL: String? = nil, models: [String]? = nil,
            expiresAt: String? = nil, rateLimits: [UInt8]? = nil, usageLimits: [UInt8]? = nil, note: String? = nil
        ) {
            self.name = name
            self.provider = provider
            self.secret = secret
            self.baseURL = baseURL
            self.models = models
            self.expiresAt = expiresAt
            self.rateLimits = rateLimits
            self.usageLimits = usageLimits
            self.note = note
        }
    }

    package typealias Result = VirtualKeyDescription
}

extension VirtualKeysCreate.Params {
    package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
        let reader = try ParamsReader(
            document, node,
            known: [
                "name", "provider", "secret", "base_url", "models", "expires_at", "rate_limits", "usage_limits", "note",
            ])
        name = try EntryName.read(reader)
        provider = try reader.required("provider")
        secret = try ProviderSecret(in: reader, document)
        baseURL = try reader.string("base_url")
        models = try reader.strings("models")
        expiresAt = try reader.string("expires_at")
        rateLimits = try reader.raw("rate_limits", .array)
        usageLimits = try reader.raw("usage_limits", .array)
        note = try reader.string("note")
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("name"); json.string(name)
        json.key("provider"); json.string(provider)
        secret.write(to: &json)
        if let baseURL { json.key("base_url"); json.string(baseURL) }
        if let models { json.key("models"); json.strings(models) }
        if let expiresAt { json.key("expires_at"); json.string(expiresAt) }
        if let rateLimits { json.key("rate_limits"); json.raw(rateLimits) }
        if let usageLimits { json.key("usage_limits"); json.raw(usageLimits) }
        if let note { json.key("note"); json.string(note) }
        json.endObject()
    }
}
