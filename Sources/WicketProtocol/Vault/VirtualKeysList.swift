// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The virtual keys by name, a page at a time, without their secrets.
package enum VirtualKeysList: RPCMethod {
    package static let name = "virtual_keys.list"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Lists the virtual keys by name, without their secrets."

    package typealias Params = PageParams

    package struct Result: Sendable {
        package var virtualKeys: [VirtualKeyDescription]
        package var nextCursor: String?

        package init(virtualKeys: [VirtualKeyDescription], nextCursor: String?) {
            self.virtualKeys = virtualKeys
            self.nextCursor = nextCursor
        }

        package func write(to json: inout JSONWriter) {
            json.page("virtual_keys", virtualKeys, next: nextCursor) { $0.write(to: &$1) }
        }
    }
}
