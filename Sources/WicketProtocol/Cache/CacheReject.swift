// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Says that a hit was wrong: its answer goes, and it counts as a false hit. On the use socket only one's own.
package enum CacheReject: RPCMethod {
    package static let name = "cache.reject"
    package static let group = RPCGroup.cache
    package static let socket = RPCSocket.both
    package static let summary = "Says that a call's hit was wrong: removes the answer, and counts it as a false hit."

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
        package var entry: String
        /// What the hit had been.
        package var cacheStatus: String

        package init(entry: String, cacheStatus: String) {
            self.entry = entry
            self.cacheStatus = cacheStatus
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("rejected"); json.bool(true)
            json.key("entry"); json.string(entry)
            json.key("cache_status"); json.string(cacheStatus)
            json.endObject()
        }
    }
}
