// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// One call as the journal tells it. Every member is written, null where it has no value; no body and no secret is among them.
package struct LogRow: Sendable {
    /// Opaque; what `logs.get` takes.
    package var id: String
    package var traceID: String
    package var spanID: String
    /// RFC 3339, UTC.
    package var startedAt: String
    package var method: String
    /// The process that called.
    package var peer: ProcessDescription
    package var virtualKey: String?
    package var provider: String?
    /// The model asked for.
    package var model: String?
    /// The model that answered.
    package var responseModel: String?
    package var target: String?
    /// 200, or the error's `data.status`.
    package var status: Int
    /// The error's `data.type`.
    package var error: String?
    package var stream = false
    /// Raw JSON: an object of the figures that the provider gave; nil when it gave none.
    package var usage: [UInt8]?
    package var attempts = 0
    package var chunks = 0
    package var latencyMilliseconds = 0.0
    package var upstreamMilliseconds: Double?
    package var firstChunkMilliseconds: Double?
    /// nil when unpriced.
    package var costNanoUSD: Int?
    /// `priced`, `estimated` or `unpriced`.
    package var costStatus = "unpriced"
    /// Raw JSON, an object: `options.metadata` as it came.
    package var metadata: [UInt8]?
    /// As in a reply's `gateway.cache_status`.
    package var cacheStatus = "DISABLED"
    /// The kept answer that was served; nil where none was.
    package var cacheEntry: String?
    package var origin = Origin()
    package var sizes = Sizes()
    package var priceDigest: String?
    package var savedNanoUSD: Int?
    package var retries = 0
    package var fallbacks = 0
    package var queueMilliseconds: Double?
    package var firstByteMilliseconds: Double?

    /// What the caller said of the call, and what it came under.
    package struct Origin: Sendable {
        package var parentSpanID: String?
        package var spanName: String?
        package var policy: String?
        /// The saved config's name, or `inline`.
        package var config: String?
        /// The end user.
        package var user: String?
        package init() {}
    }
    /// Bytes.
    package struct Sizes: Sendable {
        package var request = 0
        package var response = 0
        package init() {}
    }

    /// The rest is set member by member: there are too many for a call that a reader can check.
    package init(
        id: String, traceID: String, spanID: String, startedAt: String, method: String, peer: ProcessDescription, status: Int
    ) {
        self.id = id
        self.traceID = traceID
        self.spanID = spanID
        self.startedAt = startedAt
        self.method = method
        self.peer = peer
        self.status = status
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("id"); json.string(id)
        json.key("trace_id"); json.string(traceID)
        json.key("span_id"); json.string(spanID)
        json.key("started_at"); json.string(startedAt)
        json.key("method"); json.string(method)
        json.key("peer")
        json.beginObject()
        peer.writeMembers(to: &json)
        json.endObject()
        json.key("virtual_key"); json.string(orNull: virtualKey)
        json.key("provider"); json.string(orNull: provider)
        json.key("model"); json.string(orNull: model)
        json.key("response_model"); json.string(orNull: responseModel)
        json.key("target"); json.string(orNull: target)
        json.key("status"); json.int(status)
        json.key("error"); json.string(orNull: error)
        json.key("stream"); json.bool(stream)
        json.key("usage"); json.raw(orNull: usage)
        json.key("attempts"); json.int(attempts)
        json.key("chunks"); json.int(chunks)
        writeLatency(to: &json)
        json.key("cost")
        json.beginObject()
        json.key("nano_usd"); json.int(orNull: costNanoUSD)
        json.key("status"); json.string(costStatus)
        json.endObject()
        json.key("metadata"); json.raw(orNull: metadata)
        json.key("cache_status"); json.string(cacheStatus)
        json.key("cache_entry"); json.string(orNull: cacheEntry)
        writeBooks(to: &json)
        json.endObject()
    }

    private func writeBooks(to json: inout JSONWriter) {
        json.key("parent_span_id"); json.string(orNull: origin.parentSpanID)
        json.key("span_name"); json.string(orNull: origin.spanName)
        json.key("policy"); json.string(orNull: origin.policy)
        json.key("config"); json.string(orNull: origin.config)
        json.key("user"); json.string(orNull: origin.user)
        json.key("retry_attempt_count"); json.int(retries)
        json.key("fallbacks"); json.int(fallbacks)
        json.key("bytes")
        json.beginObject()
        json.key("request"); json.int(sizes.request)
        json.key("response"); json.int(sizes.response)
        json.endObject()
        json.key("price_digest"); json.string(orNull: priceDigest)
        json.key("saved_nano_usd"); json.int(orNull: savedNanoUSD)
    }

    private func writeLatency(to json: inout JSONWriter) {
        json.key("latency_ms")
        json.beginObject()
        json.key("total"); json.double(latencyMilliseconds)
        json.key("upstream"); json.double(orNull: upstreamMilliseconds)
        if let queueMilliseconds { json.key("queue"); json.double(queueMilliseconds) }
        if let firstByteMilliseconds { json.key("first_byte"); json.double(firstByteMilliseconds) }
        if let firstChunkMilliseconds { json.key("first_chunk"); json.double(firstChunkMilliseconds) }
        json.endObject()
    }
}
