// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Removes a virtual key and its secret, those kept from rotations too. There is no way back.
package enum VirtualKeysDelete: RPCMethod {
    package static let name = "virtual_keys.delete"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Removes a virtual key and its secret for good."

    package typealias Params = VirtualKeyNameParams

    package struct Result: Sendable {
        package var name: String
        package init(name: String) { self.name = name }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("name"); json.string(name)
            json.key("deleted"); json.bool(true)
            json.endObject()
        }
    }
}
