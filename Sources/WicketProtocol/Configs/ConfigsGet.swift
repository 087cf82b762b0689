// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// One version of a config, the newest unless another is asked for.
package enum ConfigsGet: RPCMethod {
    package static let name = "configs.get"
    package static let group = RPCGroup.configs
    package static let socket = RPCSocket.admin
    package static let summary = "Returns a saved config, in its newest version or in an older one."

    package struct Params: Sendable, Equatable {
        package var name: String
        /// nil for the newest.
        package var version: Int?

        package init(name: String, version: Int? = nil) {
            self.name = name
            self.version = version
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["name", "version"])
            name = try EntryName.read(reader)
            version = try reader.int("version")
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("name"); json.string(name)
            if let version { json.key("version"); json.int(version) }
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var description: ConfigDescription
        package var warnings: [String]
        /// Raw JSON, as it was given.
        package var config: [UInt8]

        package init(_ description: ConfigDescription, warnings: [String], config: [UInt8]) {
            self.description = description
            self.warnings = warnings
            self.config = config
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            description.writeMembers(to: &json)
            json.key("warnings"); json.strings(warnings)
            json.key("config"); json.raw(config)
            json.endObject()
        }
    }
}
