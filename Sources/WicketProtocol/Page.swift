// SPDX-License-Identifier: Apache-2.0
import JSONBytes

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
