// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The spans of a trace. On the use socket those of the caller's own uid's requests.
package enum TracesGet: RPCMethod {
    package static let name = "traces.get"
    package static let group = RPCGroup.traces
    package static let socket = RPCSocket.both
    package static let summary = "Shows the spans of a trace as a tree: requests, tries, looks into the cache."

    /// Requests of a trace that are shown: the latest.
    package static let mostRequests = 200

    package struct Params: Sendable, Equatable {
        package var traceID: String
        package init(traceID: String) { self.traceID = traceID }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            traceID = try ParamsReader(document, node, known: ["trace_id"]).required("trace_id")
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("trace_id"); json.string(traceID)
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var traceID: String
        /// Those that have no parent among the others.
        package var spans: [SpanDescription]

        package init(traceID: String, spans: [SpanDescription]) {
            self.traceID = traceID
            self.spans = spans
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("trace_id"); json.string(traceID)
            json.key("spans")
            json.beginArray()
            for span in spans { span.write(to: &json) }
            json.endArray()
            json.endObject()
        }
    }
}
