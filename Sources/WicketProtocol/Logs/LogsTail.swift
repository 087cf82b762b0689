// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Rows as they are written, one a notification, until the caller cancels; and, without a filter, budgets that reach an alert.
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

extension LogsTail {
    /// What was spent of a budget has reached a share at which someone wanted to know.
    package struct Alert: Sendable, Equatable {
        /// The budget's id, and the value where it counts each for itself.
        package var budget: String
        package var unit: String
        package var share: Double
        /// In billionths of a dollar where the unit is `usd`, as `amount`.
        package var spent: Int
        package var amount: Int
        /// RFC 3339, UTC.
        package var time: String

        package init(budget: String, unit: String, share: Double, spent: Int, amount: Int, time: String) {
            self.budget = budget
            self.unit = unit
            self.share = share
            self.spent = spent
            self.amount = amount
            self.time = time
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("alert")
            json.beginObject()
            json.key("at"); json.string(time)
            json.key("budget"); json.string(budget)
            json.key("unit"); json.string(unit)
            json.key("share"); json.double(share)
            json.key("spent"); json.int(spent)
            json.key("amount"); json.int(amount)
            json.endObject()
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
