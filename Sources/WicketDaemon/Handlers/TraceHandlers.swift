// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayStore
import JSONBytes
import Telemetry
import WicketProtocol

/// `traces.get` and `traces.list`: the journal as traces. On the use socket a caller sees its own uid's requests, on the admin
/// socket all.
enum TraceHandlers {
    static let all: [String: MethodHandler] = [
        TracesGet.name: .plain(.both) { request async throws(GatewayFailure) in try await get(request) },
        TracesList.name: .plain(.admin) { request async throws(GatewayFailure) in try await list(request) },
    ]

    private static func get(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let trace = try request.params(TracesGet.Params.init(from:_:)).traceID
        let shared = request.session.services.shared
        var filter = CallFilter()
        filter.traceID = trace
        // Not any caller may press the disk: its own rows are there a moment later.
        if request.session.role == .use { filter.uid = request.peer.uid } else { try? await shared.store.flush() }
        let wanted = filter
        let calls = try await shared.store.calls(matching: wanted, limit: TracesGet.mostRequests).calls
        if calls.isEmpty {
            throw GatewayFailure(
                .notFound,
                "The log has no request of yours in the trace \(shortened(trace)): a reply's gateway.trace_id names one.")
        }
        let socket = shared.facts.useSocket
        let spans = calls.reversed().map { CallSpans($0.record, socketPath: socket) }
        let start = spans.compactMap { $0.spans.first?.startMicroseconds }.min() ?? 0
        let roots = TraceTree(spans).roots.map { SpanDescription($0, traceStart: start) }
        return json(TracesGet.Result(traceID: trace, spans: roots).write)
    }

    private static func list(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let page = try request.params(PageParams.init(from:_:)).page
        let store = request.session.services.shared.store
        if page.cursor == nil { try? await store.flush() }
        let found = try await inParams { () async throws(GatewayFailure) in
            try await store.traces(limit: page.limit, cursor: page.cursor)
        }
        let traces = found.traces.map { trace in
            TracesList.Trace(
                traceID: trace.traceID, name: trace.name,
                startedAt: Timestamp(milliseconds: trace.startedAtMilliseconds).description,
                durationMilliseconds: Double(trace.durationMicroseconds) / 1000, requests: trace.requests,
                attempts: trace.attempts, errors: trace.errors)
        }
        return json(TracesList.Result(traces: traces, nextCursor: found.nextCursor).write)
    }
}

extension SpanDescription {
    /// - Parameter traceStart: in microseconds since 1970.
    fileprivate init(_ node: TraceTree.Node, traceStart: Int) {
        let span = node.span
        self.init(
            spanID: String(spanID: span.spanID), parentSpanID: span.parentSpanID.map { String(spanID: $0) }, name: span.name,
            kind: span.kind.rawValue, startedAt: Timestamp(milliseconds: span.startMicroseconds / 1000).description,
            offsetMilliseconds: Double(span.startMicroseconds - traceStart) / 1000,
            durationMilliseconds: Double(span.durationMicroseconds) / 1000, error: span.error,
            attributes: json { $0.object(span.attributes) },
            children: node.children.map { SpanDescription($0, traceStart: traceStart) })
    }
}

extension JSONWriter {
    fileprivate mutating func object(_ attributes: [Attribute]) {
        beginObject()
        for attribute in attributes {
            key(attribute.name)
            switch attribute.value {
            case .text(let text): string(text)
            case .integer(let number): int(number)
            case .real(let number): double(number)
            case .flag(let flag): bool(flag)
            }
        }
        endObject()
    }
}
