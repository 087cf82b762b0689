// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// How lists are read: so many rows, behind the ones before.
package struct Page: Sendable, Equatable {
    package var limit: Int
    /// `next_cursor` of the page before, opaque; nil for the first.
    package var cursor: String?

    package static let defaultLimit = 50
    /// Keeps one answer to a length that a reader takes in at once.
    package static let maximumLimit = 1000
    static let members = ["limit", "cursor"]

    package init(limit: Int = Page.defaultLimit, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }

    init(in reader: ParamsReader) throws(ParamsError) {
        limit = try reader.int("limit") ?? Page.defaultLimit
        cursor = try reader.string("cursor")
        guard 1...Page.maximumLimit ~= limit else { throw reader.wrong("limit", "a whole number from 1 to \(Page.maximumLimit)") }
    }

    func write(to json: inout JSONWriter) {
        json.key("limit"); json.int(limit)
        json.key("cursor"); json.string(orNull: cursor)
    }
}

/// Params of the lists that take a page and nothing else.
package struct PageParams: Sendable, Equatable {
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

extension JSONWriter {
    /// The result of a list: a page of rows under `name`, and where the next one begins.
    mutating func page<Row>(
        _ name: StaticString, _ rows: [Row], next: String?, _ write: (Row, inout JSONWriter) -> Void
    ) {
        beginObject()
        key(name)
        beginArray()
        for row in rows { write(row, &self) }
        endArray()
        key("next_cursor"); string(orNull: next)
        endObject()
    }
}
