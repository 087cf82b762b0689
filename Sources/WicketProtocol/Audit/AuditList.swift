// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The audit log, newest first, a page at a time.
package enum AuditList: RPCMethod {
    package static let name = "audit.list"
    package static let group = RPCGroup.audit
    package static let socket = RPCSocket.admin
    package static let summary = "Lists the audit log's entries, newest first."

    package struct Params: Sendable, Equatable {
        package var filter: Filter
        package var page: Page

        package init(filter: Filter = Filter(), page: Page = Page()) {
            self.filter = filter
            self.page = page
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["filter"] + Page.members)
            filter = try Filter(in: try reader.object("filter", known: Filter.members))
            page = try Page(in: reader)
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("filter"); filter.write(to: &json)
            page.write(to: &json)
            json.endObject()
        }
    }

    /// Which entries are wanted; what is set holds for each of them.
    package struct Filter: Sendable, Equatable {
        /// As `key.created`.
        package var kind: String?
        /// The name of what it was done to.
        package var subject: String?
        /// Of who did it.
        package var uid: Int?
        /// RFC 3339, UTC; entries of then or later.
        package var since: String?
        /// RFC 3339, UTC; entries before.
        package var until: String?

        static let members = ["kind", "subject", "uid", "since", "until"]

        package init() {}

        init(in reader: ParamsReader) throws(ParamsError) {
            kind = try reader.string("kind")
            subject = try reader.string("subject")
            uid = try reader.int("uid")
            since = try reader.string("since")
            until = try reader.string("until")
            if let uid, !(0...Int(UInt32.max) ~= uid) { throw reader.wrong("uid", "a user's number, from 0 on") }
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            if let kind { json.key("kind"); json.string(kind) }
            if let subject { json.key("subject"); json.string(subject) }
            if let uid { json.key("uid"); json.int(uid) }
            if let since { json.key("since"); json.string(since) }
            if let until { json.key("until"); json.string(until) }
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var entries: [AuditRow]
        package var nextCursor: String?

        package init(entries: [AuditRow], nextCursor: String?) {
            self.entries = entries
            self.nextCursor = nextCursor
        }

        package func write(to json: inout JSONWriter) {
            json.page("entries", entries, next: nextCursor) { $0.write(to: &$1) }
        }
    }
}
