// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The versions of one config, newest first, a page at a time.
package enum ConfigsVersionsList: RPCMethod {
    package static let name = "configs.versions.list"
    package static let group = RPCGroup.configs
    package static let socket = RPCSocket.admin
    package static let summary = "Lists the versions of a saved config, newest first."

    package struct Params: Sendable, Equatable {
        package var name: String
        package var page: Page

        package init(name: String, page: Page = Page()) {
            self.name = name
            self.page = page
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["name"] + Page.members)
            name = try EntryName.read(reader)
            page = try Page(in: reader)
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("name"); json.string(name)
            page.write(to: &json)
            json.endObject()
        }
    }

    package struct Version: Sendable {
        package var version: Int
        package var digest: String
        /// RFC 3339, UTC.
        package var createdAt: String

        package init(version: Int, digest: String, createdAt: String) {
            self.version = version
            self.digest = digest
            self.createdAt = createdAt
        }

        func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("version"); json.int(version)
            json.key("digest"); json.string(digest)
            json.key("created_at"); json.string(createdAt)
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var versions: [Version]
        package var nextCursor: String?

        package init(versions: [Version], nextCursor: String?) {
            self.versions = versions
            self.nextCursor = nextCursor
        }

        package func write(to json: inout JSONWriter) {
            json.page("versions", versions, next: nextCursor) { $0.write(to: &$1) }
        }
    }
}
