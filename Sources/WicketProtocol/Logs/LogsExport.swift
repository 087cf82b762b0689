// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The journal as a file: each notification is a piece of its text.
package enum LogsExport: RPCMethod {
    package static let name = "logs.export"
    package static let group = RPCGroup.logs
    package static let socket = RPCSocket.admin
    package static let summary = "Writes the journal's rows as JSON lines or CSV, in pieces."
    package static let chunkNotification: String? = "logs.export.chunk"

    package enum Format: String, Sendable, CaseIterable { case jsonl, csv }

    package struct Params: Sendable, Equatable {
        package var filter: LogFilter
        package var format: Format

        package init(filter: LogFilter = LogFilter(), format: Format = .jsonl) {
            self.filter = filter
            self.format = format
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["filter", "format"])
            filter = try LogFilter(from: document, reader.node("filter"))
            guard let name = try reader.string("format") else {
                format = .jsonl
                return
            }
            guard let known = Format(rawValue: name) else { throw reader.wrong("format", "`jsonl` or `csv`") }
            format = known
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("filter"); filter.write(to: &json)
            json.key("format"); json.string(format.rawValue)
            json.endObject()
        }
    }

    /// Whole lines, each with its end.
    package struct Chunk: Sendable {
        package var text: [UInt8]
        package init(text: [UInt8]) { self.text = text }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("text"); json.string(utf8: text[...])
            json.endObject()
        }
    }
}
