// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Saves the next version of a config. Calls that begin after the reply follow it; those under way keep the one they began with.
package enum ConfigsUpdate: RPCMethod {
    package static let name = "configs.update"
    package static let group = RPCGroup.configs
    package static let socket = RPCSocket.admin
    package static let summary = "Saves the next version of a config; the next call follows it."

    package struct Params: Sendable, Equatable {
        package var name: String
        /// Raw JSON, an object; kept byte for byte.
        package var config: [UInt8]
        /// The version that the change was made from: when another one is the newest by now, nothing is changed.
        package var expectedVersion: Int?

        package init(name: String, config: [UInt8], expectedVersion: Int? = nil) {
            self.name = name
            self.config = config
            self.expectedVersion = expectedVersion
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["name", "config", "expected_version"])
            name = try EntryName.read(reader)
            config = try reader.config()
            expectedVersion = try reader.int("expected_version")
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("name"); json.string(name)
            json.key("config"); json.raw(config)
            if let expectedVersion { json.key("expected_version"); json.int(expectedVersion) }
            json.endObject()
        }
    }

    package typealias Result = ConfigsCreate.Result
}
