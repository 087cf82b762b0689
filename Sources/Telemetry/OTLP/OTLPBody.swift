// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// What is known of the process that all telemetry is of.
package struct TelemetrySource: Sendable {
    /// OpenTelemetry's resource.
    package var resource: [Attribute]
    package var version: String
    /// Where callers reach the gateway.
    package var socketPath: String
    /// Milliseconds since 1970; counters count from there.
    package var startedAtMilliseconds: Int

    package init(resource: [Attribute], version: String, socketPath: String, startedAtMilliseconds: Int) {
        self.resource = resource
        self.version = version
        self.socketPath = socketPath
        self.startedAtMilliseconds = startedAtMilliseconds
    }
}

/// The bodies of OTLP/HTTP's three requests, in Protocol Buffers' binary form. The numbers are the fields' in
/// `opentelemetry-proto`. What callers and providers said to each other is in none of them.
package enum OTLPBody {
    /// Spans of calls; nil where there is nothing to tell.
    package static func traces(_ calls: [EndedCall], _ source: TelemetrySource) -> [UInt8]? {
        let calls = calls.filter { $0.record.isSampled }
        if calls.isEmpty { return nil }
        return body(source) { scope in
            for call in calls {
                let spans = CallSpans(call.record, socketPath: source.socketPath)
                for span in spans.spans { scope.message(2) { $0.write(span, of: spans.traceID) } }
            }
        }
    }

    /// A log record for each call.
    package static func logs(_ calls: [EndedCall], _ source: TelemetrySource) -> [UInt8]? {
        if calls.isEmpty { return nil }
        return body(source) { scope in
            for call in calls { scope.message(2) { $0.write(CallLog(call.record, socketPath: source.socketPath)) } }
        }
    }

    /// - Parameter now: milliseconds since 1970.
    package static func metrics(_ families: [MetricFamily], _ source: TelemetrySource, now: Int) -> [UInt8]? {
        let times = MetricTimes(start: nanoseconds(source.startedAtMilliseconds), now: nanoseconds(now))
        return body(source) { scope in
            for family in families where !family.points.isEmpty { scope.message(2) { $0.write(family, times) } }
        }
    }

    /// The three kinds are alike down to the scope: Request.1 → Resource….{1 resource, 2 scope} → Scope….{1 scope, 2 …}.
    private static func body(_ source: TelemetrySource, _ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { all in
            all.message(1) { $0.write(source.resource, as: 1) }
            all.message(2) { scope in
                scope.message(1) {
                    $0.text(1, "wicket")
                    $0.text(2, source.version)
                }
                write(&scope)
            }
        }
        return writer.bytes
    }

    static func nanoseconds(_ milliseconds: Int) -> UInt64 { UInt64(clamping: milliseconds) &* 1_000_000 }
}

/// From when to when a counter counted, in nanoseconds since 1970.
struct MetricTimes {
    var start: UInt64
    var now: UInt64
}

extension ProtobufWriter {
    fileprivate mutating func write(_ span: TraceSpan, of trace: TraceContext.TraceID) {
        words(1, trace.high, trace.low)
        words(2, span.spanID)
        if let parent = span.parentSpanID { words(4, parent) }
        text(5, span.name)
        switch span.kind {
        case .internal: varint(6, 1)
        case .server: varint(6, 2)
        case .client: varint(6, 3)
        }
        let start = UInt64(clamping: span.startMicroseconds) &* 1000
        fixed64(7, start)
        fixed64(8, start &+ UInt64(clamping: span.durationMicroseconds) &* 1000)
        write(span.attributes, as: 9)
        if let error = span.error {
            message(15) {
                $0.text(2, error)
                $0.varint(3, 2)
            }
        }
        // Sampled.
        fixed32(16, 1)
    }

    fileprivate mutating func write(_ log: CallLog) {
        fixed64(1, log.nanoseconds)
        varint(2, log.severity.number)
        text(3, log.severity.text)
        message(5) { $0.text(1, log.body) }
        write(log.attributes, as: 6)
        fixed32(8, log.isSampled ? 1 : 0)
        words(9, log.traceID.high, log.traceID.low)
        words(10, log.spanID)
        fixed64(11, log.nanoseconds)
        text(12, CallLog.eventName)
    }

    fileprivate mutating func write(_ family: MetricFamily, _ times: MetricTimes) {
        text(1, family.name)
        text(2, family.help)
        if !family.unit.isEmpty { text(3, family.unit) }
        switch family.kind {
        case .gauge: message(5) { gauge in for point in family.points { gauge.message(1) { $0.write(point, times) } } }
        case .counter:
            message(7) { sum in
                for point in family.points { sum.message(1) { $0.write(point, times) } }
                sum.varint(2, Self.cumulative)
                sum.flag(3, true)
            }
        case .histogram(let bounds):
            message(9) { histogram in
                for point in family.points { histogram.message(1) { $0.write(point, bounds, times) } }
                histogram.varint(2, Self.cumulative)
            }
        }
    }

    private static var cumulative: UInt64 { 2 }

    private mutating func write(_ point: MetricPoint, _ times: MetricTimes) {
        fixed64(2, times.start)
        fixed64(3, times.now)
        switch point.value {
        case .integer(let value): fixed64(6, UInt64(bitPattern: Int64(value)))
        case .real(let value): double(4, value)
        case .histogram: break
        }
        write(point.attributes, as: 7)
    }

    private mutating func write(_ point: MetricPoint, _ bounds: [Double], _ times: MetricTimes) {
        guard case .histogram(let counts, let sum) = point.value else { return }
        fixed64(2, times.start)
        fixed64(3, times.now)
        fixed64(4, UInt64(clamping: counts.reduce(0, +)))
        double(5, sum)
        packed(6, fixed64: counts.map { UInt64(clamping: $0) })
        packed(7, fixed64: bounds.map(\.bitPattern))
        write(point.attributes, as: 9)
    }

    fileprivate mutating func write(_ attributes: [Attribute], as field: Int) {
        for attribute in attributes {
            message(field) { pair in
                pair.text(1, attribute.name)
                pair.message(2) { value in
                    switch attribute.value {
                    case .text(let text): value.text(1, text)
                    case .flag(let flag): value.flag(2, flag)
                    case .integer(let number): value.int64(3, number)
                    case .real(let number): value.double(4, number)
                    }
                }
            }
        }
    }
}
