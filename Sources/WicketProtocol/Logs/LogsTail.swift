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
        package init(filter: LogFilter = LogFilter()) { self.filter = filter }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            filter = try LogFilter(from: document, try ParamsReader(document, node, known: ["filter"]).node("filter"))
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("filter"); filter.write(to: &json)
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
