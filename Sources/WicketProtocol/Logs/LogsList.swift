// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The journal, newest first, a page at a time. On the use socket only the caller's own uid's rows.
package enum LogsList: RPCMethod {
    package static let name = "logs.list"
    package static let group = RPCGroup.logs
    package static let socket = RPCSocket.both
    package static let summary = "Lists the journal's rows, newest first."

    package struct Params: Sendable, Equatable {
        package var filter: LogFilter
        package var page: Page

        package init(filter: LogFilter = LogFilter(), page: Page = Page()) {
            self.filter = filter
            self.page = page
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["filter"] + Page.members)
            filter = try LogFilter(from: document, reader.node("filter"))
            page = try Page(in: reader)
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("filter"); filter.write(to: &json)
            page.write(to: &json)
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var logs: [LogRow]
        package var nextCursor: String?

        package init(logs: [LogRow], nextCursor: String?) {
            self.logs = logs
            self.nextCursor = nextCursor
        }

        package func write(to json: inout JSONWriter) {
            json.page("logs", logs, next: nextCursor) { $0.write(to: &$1) }
        }
    }
}
