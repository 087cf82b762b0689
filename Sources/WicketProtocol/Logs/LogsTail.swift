// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Rows as they are written, one a notification, until the caller cancels.
package enum LogsTail: RPCMethod {
    package static let name = "logs.tail"
    package static let group = RPCGroup.logs
    package static let socket = RPCSocket.admin
    package static let summary = "Follows the journal: each new row is a notification."
    package static let chunkNotification: String? = "logs.tail.chunk"

    package struct Params: Sendable, Equatable {
        package var filter: LogFilter
        /// A row's id, to begin behind; nil for the newest one.
        package var after: String?

        package init(filter: LogFilter = LogFilter(), after: String? = nil) {
            self.filter = filter
            self.after = after
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["filter", "after"])
            filter = try LogFilter(from: document, reader.node("filter"))
            after = try reader.string("after")
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("filter"); filter.write(to: &json)
            json.key("after"); json.string(orNull: after)
            json.endObject()
        }
    }
}

/// What ends a stream of rows.
package struct RowCount: Sendable, Equatable {
    package var rows: Int
    package init(rows: Int) { self.rows = rows }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("rows"); json.int(rows)
        json.endObject()
    }
}
