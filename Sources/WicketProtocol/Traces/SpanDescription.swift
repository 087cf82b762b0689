// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// One span, and those below it.
package struct SpanDescription: Sendable {
    package var spanID: String
    package var parentSpanID: String?
    package var name: String
    /// `server`, `client` or `internal`, as OpenTelemetry has them.
    package var kind: String
    /// RFC 3339, UTC.
    package var startedAt: String
    /// Since the start of the trace.
    package var offsetMilliseconds: Double
    package var durationMilliseconds: Double
    /// `error.type`; nil where all went well.
    package var error: String?
    /// Raw JSON, an object.
    package var attributes: [UInt8]
    package var children: [SpanDescription]

    package init(
        spanID: String, parentSpanID: String?, name: String, kind: String, startedAt: String, offsetMilliseconds: Double,
        durationMilliseconds: Double, error: String?, attributes: [UInt8], children: [SpanDescription]
    ) {
        self.spanID = spanID
        self.parentSpanID = parentSpanID
        self.name = name
        self.kind = kind
        self.startedAt = startedAt
        self.offsetMilliseconds = offsetMilliseconds
        self.durationMilliseconds = durationMilliseconds
        self.error = error
        self.attributes = attributes
        self.children = children
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("span_id"); json.string(spanID)
        json.key("parent_span_id"); json.string(orNull: parentSpanID)
        json.key("name"); json.string(name)
        json.key("kind"); json.string(kind)
        json.key("started_at"); json.string(startedAt)
        json.key("offset_ms"); json.double(offsetMilliseconds)
        json.key("duration_ms"); json.double(durationMilliseconds)
        json.key("error"); json.string(orNull: error)
        json.key("attributes"); json.raw(attributes)
        json.key("children")
        json.beginArray()
        for child in children { child.write(to: &json) }
        json.endArray()
        json.endObject()
    }
}
