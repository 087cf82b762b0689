// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Reads a config as `configs.create` would, and saves nothing.
package enum ConfigsCheck: RPCMethod {
    package static let name = "configs.check"
    package static let group = RPCGroup.configs
    package static let socket = RPCSocket.admin
    package static let summary = "Tells what a routing config's faults and warnings are, and saves nothing."

    package struct Params: Sendable, Equatable {
        /// Raw JSON, an object.
        package var config: [UInt8]

        package init(config: [UInt8]) { self.config = config }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            config = try ParamsReader(document, node, known: ["config"]).config()
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("config"); json.raw(config)
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var digest: String
        package var warnings: [String]

        package init(digest: String, warnings: [String]) {
            self.digest = digest
            self.warnings = warnings
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("digest"); json.string(digest)
            json.key("warnings"); json.strings(warnings)
            json.endObject()
        }
    }
}
