// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The configs by name, a page at a time, each in its newest version and without its JSON.
package enum ConfigsList: RPCMethod {
    package static let name = "configs.list"
    package static let group = RPCGroup.configs
    package static let socket = RPCSocket.admin
    package static let summary = "Lists the saved configs by name."

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
        package var configs: [ConfigDescription]
        package var nextCursor: String?

        package init(configs: [ConfigDescription], nextCursor: String?) {
            self.configs = configs
            self.nextCursor = nextCursor
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("configs")
            json.beginArray()
            for config in configs { config.write(to: &json) }
            json.endArray()
            json.key("next_cursor"); json.string(orNull: nextCursor)
            json.endObject()
        }
    }
}
