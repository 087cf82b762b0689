// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Saves a routing config under a name, which calls then say as `options.config`.
package enum ConfigsCreate: RPCMethod {
    package static let name = "configs.create"
    package static let group = RPCGroup.configs
    package static let socket = RPCSocket.admin
    package static let summary = "Saves a routing config under a name."

    package struct Params: Sendable, Equatable {
        package var name: String
        /// Raw JSON, an object; kept byte for byte.
        package var config: [UInt8]

        package init(name: String, config: [UInt8]) {
            self.name = name
            self.config = config
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["name", "config"])
            name = try EntryName.read(reader)
            config = try reader.config()
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("name"); json.string(name)
            json.key("config"); json.raw(config)
            json.endObject()
        }
    }

    /// What `configs.update` returns too.
    package struct Result: Sendable {
        package var name: String
        package var version: Int
        /// SHA-256 of the config as it was given, in hexadecimal.
        package var digest: String
        /// What the config says that has no effect, a sentence each.
        package var warnings: [String]

        package init(name: String, version: Int, digest: String, warnings: [String]) {
            self.name = name
            self.version = version
            self.digest = digest
            self.warnings = warnings
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("name"); json.string(name)
            json.key("version"); json.int(version)
            json.key("digest"); json.string(digest)
            json.key("warnings"); json.strings(warnings)
            json.endObject()
        }
    }
}

extension ParamsReader {
    /// The member `config`, as it was written.
    func config() throws(ParamsError) -> [UInt8] {
        guard let config = try raw("config", .object) else { throw missing("config", "a routing config, an object") }
        return config
    }
}
