// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Sets what `options` a connection's requests have when they do not say otherwise; a request's own win, key by key.
/// A second call replaces the first: `{"defaults": {}}` clears them.
package enum SessionConfigure: RPCMethod {
    package static let name = "session.configure"
    package static let group = RPCGroup.session
    package static let socket = RPCSocket.both
    package static let summary = "Sets the default options of this connection's requests."

    package struct Params: Sendable, Equatable {
        /// An `options` object as it came; whoever applies it checks its members.
        package var defaults: [UInt8]
        package init(defaults: [UInt8]) { self.defaults = defaults }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["defaults"])
            guard let raw = try reader.raw("defaults", .object) else { throw reader.missing("defaults", "an object of options") }
            defaults = raw
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("defaults"); json.raw(defaults)
            json.endObject()
        }
    }

    package struct Result: Sendable {
        /// The names of the options that are set from now on.
        package var defaults: [String]
        package init(defaults: [String]) { self.defaults = defaults }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("defaults"); json.strings(defaults)
            json.endObject()
        }
    }
}
