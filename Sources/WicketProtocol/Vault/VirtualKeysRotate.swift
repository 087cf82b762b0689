// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Puts a new secret in the place of the old one, which is kept for a while for requests that already hold it.
package enum VirtualKeysRotate: RPCMethod {
    package static let name = "virtual_keys.rotate"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Gives a virtual key a new secret."

    package struct Params: Sendable {
        package var name: String
        package var secret: ProviderSecret
        /// How long the old secret is kept.
        package var graceSeconds: Int

        package init(name: String, secret: ProviderSecret, graceSeconds: Int = 0) {
            self.name = name
            self.secret = secret
            self.graceSeconds = graceSeconds
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["name", "secret", "grace_s"])
            name = try EntryName.read(reader)
            secret = try ProviderSecret(in: reader, document)
            graceSeconds = try reader.int("grace_s") ?? 0
            if graceSeconds < 0 { throw reader.wrong("grace_s", "a number of seconds, 0 or more") }
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("name"); json.string(name)
            secret.write(to: &json)
            json.key("grace_s"); json.int(graceSeconds)
            json.endObject()
        }
    }

    package typealias Result = VirtualKeyDescription
}
