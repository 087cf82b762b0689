// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Changes what is given and leaves the rest. The origin of `base_url` cannot change: the secret is bound to it.
package enum VirtualKeysUpdate: RPCMethod {
    package static let name = "virtual_keys.update"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Changes what is said of a virtual key; its secret and origin stay."

    package struct Params: Sendable, Equatable {
        package var name: String
        /// nil leaves it; so for all below.
        package var baseURL: String?
        /// `.some(nil)`, which is null on the wire, lifts the restriction.
        package var models: [String]??
        /// RFC 3339, UTC. `.some(nil)`, which is null on the wire, lets it never expire.
        package var expiresAt: String??
        /// Raw JSON, a list.
        package var rateLimits: [UInt8]?
        /// Raw JSON, a list.
        package var usageLimits: [UInt8]?
        package var note: String?

        package init(name: String) { self.name = name }
    }

    package typealias Result = VirtualKeyDescription
}

extension VirtualKeysUpdate.Params {
    package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
        let reader = try ParamsReader(
            document, node, known: ["name", "base_url", "models", "expires_at", "rate_limits", "usage_limits", "note"])
        self.init(name: try EntryName.read(reader))
        baseURL = try reader.string("base_url")
        if reader.has("models") { models = .some(try reader.strings("models")) }
        if reader.has("expires_at") { expiresAt = .some(try reader.string("expires_at")) }
        rateLimits = try reader.raw("rate_limits", .array)
        usageLimits = try reader.raw("usage_limits", .array)
        note = try reader.string("note")
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("name"); json.string(name)
        if let baseURL { json.key("base_url"); json.string(baseURL) }
        if let models { json.key("models"); json.strings(models) }
        if let expiresAt { json.key("expires_at"); json.string(orNull: expiresAt) }
        if let rateLimits { json.key("rate_limits"); json.raw(rateLimits) }
        if let usageLimits { json.key("usage_limits"); json.raw(usageLimits) }
        if let note { json.key("note"); json.string(note) }
        json.endObject()
    }
}
