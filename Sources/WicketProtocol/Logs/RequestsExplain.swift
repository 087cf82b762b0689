// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What routing decided for the calls of a trace, and why.
package enum RequestsExplain: RPCMethod {
    package static let name = "requests.explain"
    package static let group = RPCGroup.logs
    package static let socket = RPCSocket.admin
    package static let summary = "Tells how the calls of a trace were routed, and why."

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
        package struct Request: Sendable {
            package var call: LogRow
            /// Raw JSON, an object; nil where one target was asked once and nothing had to be decided.
            package var decisions: [UInt8]?

            package init(call: LogRow, decisions: [UInt8]?) {
                self.call = call
                self.decisions = decisions
            }
        }
        /// In the order of their rows; the latest 50 where there are more.
        package var requests: [Request]

        package init(requests: [Request]) { self.requests = requests }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("requests")
            json.beginArray()
            for request in requests {
                json.beginObject()
                json.key("call"); request.call.write(to: &json)
                json.key("decisions"); json.raw(orNull: request.decisions)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }

    package static let mostRequests = 50
}
