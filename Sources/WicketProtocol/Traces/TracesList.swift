// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The journal's traces, the one with the latest request first, a page at a time.
package enum TracesList: RPCMethod {
    package static let name = "traces.list"
    package static let group = RPCGroup.traces
    package static let socket = RPCSocket.admin
    package static let summary = "Lists the journal's traces, the one with the latest request first."

    package typealias Params = PageParams

    package struct Trace: Sendable {
        package var traceID: String
        /// Of its latest request.
        package var name: String
        /// RFC 3339, UTC.
        package var startedAt: String
        package var durationMilliseconds: Double
        package var requests: Int
        package var attempts: Int
        /// Requests that failed.
        package var errors: Int

        package init(
            traceID: String, name: String, startedAt: String, durationMilliseconds: Double, requests: Int, attempts: Int,
            errors: Int
        ) {
            self.traceID = traceID
            self.name = name
            self.startedAt = startedAt
            self.durationMilliseconds = durationMilliseconds
            self.requests = requests
            self.attempts = attempts
            self.errors = errors
        }

        func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("trace_id"); json.string(traceID)
            json.key("name"); json.string(name)
            json.key("started_at"); json.string(startedAt)
            json.key("duration_ms"); json.double(durationMilliseconds)
            json.key("requests"); json.int(requests)
            json.key("attempts"); json.int(attempts)
            json.key("errors"); json.int(errors)
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var traces: [Trace]
        package var nextCursor: String?

        package init(traces: [Trace], nextCursor: String?) {
            self.traces = traces
            self.nextCursor = nextCursor
        }

        package func write(to json: inout JSONWriter) {
            json.page("traces", traces, next: nextCursor) { $0.write(to: &$1) }
        }
    }
}
