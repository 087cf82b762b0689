// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Tells what would happen to a process: which policy it comes under, why not the ones before, and whether it may do this.
package enum PoliciesTest: RPCMethod {
    package static let name = "policies.test"
    package static let group = RPCGroup.policies
    package static let socket = RPCSocket.admin
    package static let summary = "Tells which policy a process comes under, and whether it may do what is asked."

    /// Who, and what; nil is not said. One of `uid` and `user` has to be.
    package struct Params: Sendable, Equatable {
        package var uid: Int?
        package var gid: Int?
        package var user: String?
        /// Names or ids.
        package var groups: [String]?
        package var unit: String?
        package var cgroup: String?
        package var method: String?
        package var virtualKey: String?
        package var provider: String?
        package var model: String?
        package var config: String?

        package init() {}

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(
                document, node,
                known: [
                    "uid", "gid", "user", "groups", "unit", "cgroup", "method", "virtual_key", "provider", "model", "config",
                ])
            uid = try Self.id("uid", reader)
            gid = try Self.id("gid", reader)
            user = try reader.string("user")
            groups = try Self.groups(reader, document)
            unit = try reader.string("unit")
            cgroup = try reader.string("cgroup")
            method = try reader.string("method")
            virtualKey = try reader.string("virtual_key")
            provider = try reader.string("provider")
            model = try reader.string("model")
            config = try reader.string("config")
            if uid == nil, user == nil { throw reader.missing("uid", "the id of a user, or name one as `user`") }
        }

        private static func id(_ key: String, _ reader: ParamsReader) throws(ParamsError) -> Int? {
            guard let id = try reader.int(key) else { return nil }
            guard 0..<Int(UInt32.max) ~= id else { throw reader.wrong(key, "a whole number from 0 to 4294967294") }
            return id
        }

        private static func groups(_ reader: ParamsReader, _ document: JSONDocument) throws(ParamsError) -> [String]? {
            guard let node = reader.node("groups") else { return nil }
            guard document.kind(node) == .array else { throw reader.wrong("groups", "a list of group names or ids") }
            var groups: [String] = []
            for element in document.elements(of: node) {
                guard let group = document.string(element) ?? document.int(element).map(String.init) else {
                    throw reader.wrong("groups", "a list of group names or ids")
                }
                groups.append(group)
            }
            return groups
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            if let uid { json.key("uid"); json.int(uid) }
            if let gid { json.key("gid"); json.int(gid) }
            if let user { json.key("user"); json.string(user) }
            if let groups { json.key("groups"); json.strings(groups) }
            if let unit { json.key("unit"); json.string(unit) }
            if let cgroup { json.key("cgroup"); json.string(cgroup) }
            if let method { json.key("method"); json.string(method) }
            if let virtualKey { json.key("virtual_key"); json.string(virtualKey) }
            if let provider { json.key("provider"); json.string(provider) }
            if let model { json.key("model"); json.string(model) }
            if let config { json.key("config"); json.string(config) }
            json.endObject()
        }
    }
}
