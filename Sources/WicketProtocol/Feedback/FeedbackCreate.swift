// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What somebody thinks of answers that he got: one, or several of which all are kept or none.
package enum FeedbackCreate: RPCMethod {
    package static let name = "feedback.create"
    package static let group = RPCGroup.logs
    package static let socket = RPCSocket.both
    package static let summary = "Keeps what somebody thinks of an answer; one's own traces, on the admin socket any."

    package struct Entry: Sendable, Equatable {
        package var traceID: String
        /// -10 to 10.
        package var value: Int
        /// 0 to 1.
        package var weight: Double
        /// Raw JSON, an object.
        package var metadata: [UInt8]?

        package init(traceID: String, value: Int, weight: Double = 1, metadata: [UInt8]? = nil) {
            self.traceID = traceID
            self.value = value
            self.weight = weight
            self.metadata = metadata
        }

        fileprivate static let members = ["trace_id", "value", "weight", "metadata"]

        fileprivate init(_ reader: ParamsReader) throws(ParamsError) {
            traceID = try reader.required("trace_id")
            value = try reader.requiredInt("value")
            weight = try reader.double("weight") ?? 1
            metadata = try reader.raw("metadata", .object)
            guard -10...10 ~= value else { throw reader.wrong("value", "a whole number from -10 to 10") }
            guard 0...1 ~= weight else { throw reader.wrong("weight", "a number from 0 to 1") }
        }

        fileprivate func writeMembers(to json: inout JSONWriter) {
            json.key("trace_id"); json.string(traceID)
            json.key("value"); json.int(value)
            json.key("weight"); json.double(weight)
            json.key("metadata"); json.raw(orNull: metadata)
        }
    }

    /// At once at most.
    package static let mostEntries = 1000

    package struct Params: Sendable, Equatable {
        package var entries: [Entry]
        package init(_ entries: [Entry]) { self.entries = entries }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: Entry.members + ["feedback"])
            guard let list = reader.node("feedback") else {
                entries = [try Entry(reader)]
                return
            }
            guard document.kind(list) == .array, Entry.members.allSatisfy({ !reader.has($0) }) else {
                throw reader.wrong("feedback", "a list of objects, and stand alone")
            }
            entries = []
            for (index, element) in document.elements(of: list).enumerated() {
                let path = "params.feedback[\(index)]"
                guard document.kind(element) == .object else { throw ParamsError(path, "\(path) must be an object.") }
                entries.append(try Entry(try ParamsReader(document, element, path: path, known: Entry.members)))
            }
            guard 1...FeedbackCreate.mostEntries ~= entries.count else {
                throw reader.wrong("feedback", "a list of 1 to \(FeedbackCreate.mostEntries) objects")
            }
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            if entries.count == 1 {
                entries[0].writeMembers(to: &json)
            } else {
                json.key("feedback")
                json.beginArray()
                for entry in entries {
                    json.beginObject()
                    entry.writeMembers(to: &json)
                    json.endObject()
                }
                json.endArray()
            }
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var ids: [String]
        package init(ids: [String]) { self.ids = ids }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("feedback_ids"); json.strings(ids)
            json.endObject()
        }
    }
}
