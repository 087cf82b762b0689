// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The virtual keys by name, a page at a time, without their secrets.
package enum VirtualKeysList: RPCMethod {
    package static let name = "virtual_keys.list"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Lists the virtual keys by name, without their secrets."

    package struct Params: Sendable, Equatable {
        package var page: Page
        package init(page: Page = Page()) { self.page = page }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            page = try Page(in: try ParamsReader(document, node, known: Page.members))
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            page.write(to: &json)
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var virtualKeys: [VirtualKeyDescription]
        package var nextCursor: String?

        package init(virtualKeys: [VirtualKeyDescription], nextCursor: String?) {
            self.virtualKeys = virtualKeys
            self.nextCursor = nextCursor
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("virtual_keys")
            json.beginArray()
            for key in virtualKeys { key.write(to: &json) }
            json.endArray()
            json.key("next_cursor"); json.string(orNull: nextCursor)
            json.endObject()
        }
    }
}
