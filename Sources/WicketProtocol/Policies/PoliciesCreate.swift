// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Adds a policy. The next request of every connection comes under it, where it is the first that matches.
package enum PoliciesCreate: RPCMethod {
    package static let name = "policies.create"
    package static let group = RPCGroup.policies
    package static let socket = RPCSocket.admin
    package static let summary = "Adds a policy: whom it is for, and what they may use."

    package struct Params: Sendable, Equatable {
        package var name: String
        package var parts: PolicyParts

        package init(name: String, parts: PolicyParts) {
            self.name = name
            self.parts = parts
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["name"] + PolicyParts.members)
            name = try EntryName.read(reader)
            parts = try PolicyParts(in: reader)
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("name"); json.string(name)
            parts.write(to: &json)
            json.endObject()
        }
    }

    package typealias Result = PolicyDescription
}

/// Everything of a policy but its name; nil is not given. The raw JSON ones are objects.
package struct PolicyParts: Sendable, Equatable {
    /// From 0, which is asked first, to 1000.
    package var priority: Int?
    package var match: [UInt8]?
    package var allow: [UInt8]?
    package var deny: [UInt8]?
    package var defaults: [UInt8]?

    static let members = ["priority", "match", "allow", "deny", "defaults"]
    private static let nothing = Array("{}".utf8)

    package init() {}

    init(in reader: ParamsReader) throws(ParamsError) {
        priority = try reader.int("priority")
        if let priority, !(0...1000 ~= priority) { throw reader.wrong("priority", "a whole number from 0 to 1000") }
        match = try Self.object("match", reader)
        allow = try Self.object("allow", reader)
        deny = try Self.object("deny", reader)
        defaults = try Self.object("defaults", reader)
    }

    /// null says as much as an empty object.
    private static func object(_ key: String, _ reader: ParamsReader) throws(ParamsError) -> [UInt8]? {
        if let json = try reader.raw(key, .object) { return json }
        return reader.has(key) ? nothing : nil
    }

    func write(to json: inout JSONWriter) {
        if let priority { json.key("priority"); json.int(priority) }
        if let match { json.key("match"); json.raw(match) }
        if let allow { json.key("allow"); json.raw(allow) }
        if let deny { json.key("deny"); json.raw(deny) }
        if let defaults { json.key("defaults"); json.raw(defaults) }
    }
}
