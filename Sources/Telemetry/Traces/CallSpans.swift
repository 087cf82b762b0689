// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import JSONBytes

/// A call's spans, derived from its row: the request first, below it the look into the cache and each try.
package struct CallSpans: Sendable {
    package let traceID: TraceContext.TraceID
    package let spans: [TraceSpan]

    /// - Parameter socketPath: where the caller reached the gateway, or nil where that is not known.
    package init(_ call: borrowing CallRecord, socketPath: String? = nil) {
        let context = TraceContext(traceID: call.traceID, spanID: call.spanID)
        traceID = context.traceID
        var spans = [TraceSpan(requestOf: call, context, socketPath)]
        if let took = call.cacheMicroseconds { spans.append(TraceSpan(cacheOf: call, context, took)) }
        if call.tries.isEmpty {
            if call.attempts > 0 { spans.append(TraceSpan(of: AttemptReport(onlyOf: call), of: call, context)) }
        } else {
            for attempt in call.tries { spans.append(TraceSpan(of: attempt, of: call, context)) }
        }
        self.spans = spans
    }
}

extension TraceSpan {
    fileprivate init(requestOf call: borrowing CallRecord, _ context: TraceContext, _ socketPath: String?) {
        self.init(
            kind: .server, name: call.spanName ?? call.method, spanID: context.spanID,
            parentSpanID: call.parentSpanID.map { TraceContext.spanID($0) },
            startMicroseconds: call.startedAtMilliseconds * 1000, durationMicroseconds: call.latencyMicroseconds,
            error: call.errorName)
        attributes = [
            Attribute("rpc.system", .text("jsonrpc")), Attribute("rpc.method", .text(call.method)),
            Attribute("wicket.status", .integer(call.status)),
            Attribute("wicket.cache.status", .text(call.cacheStatus.rawValue)),
            Attribute("wicket.attempts", .integer(call.attempts)), Attribute("wicket.retries", .integer(call.retries)),
            Attribute("wicket.fallbacks", .integer(call.fallbacks)), Attribute("wicket.cost.status", .text(call.cost.status)),
        ]
        attributes.add("wicket.cost.nano_usd", call.cost.amount?.value)
        attributes.add("error.type", call.errorName)
        attributes.add("server.address", socketPath)
        attributes.add("wicket.target", call.target)
        attributes.add("wicket.virtual_key", call.virtualKey)
        attributes.add("wicket.policy", call.policy)
        attributes.add("wicket.config", call.config)
        attributes.add("user.id", call.user)
        attributes.add("wicket.peer.uid", Int(call.peer.uid))
        attributes.add("wicket.peer.pid", Int(call.peer.pid))
        attributes.add("wicket.peer.executable", call.peer.executable)
        attributes.add("wicket.peer.unit", call.peer.unit)
        // A name of the caller's own that stands as its hash.
        if call.traceID.utf8.count != 32 { attributes.add("wicket.trace_id", call.traceID) }
        if let metadata = call.metadata { attributes.add(metadata: metadata) }
    }

    /// A look that led to no try was the last thing that happened to the call.
    fileprivate init(cacheOf call: borrowing CallRecord, _ context: TraceContext, _ took: Int) {
        let start = call.queueMicroseconds ?? max(0, call.latencyMicroseconds - took)
        self.init(
            kind: .internal, name: "cache", spanID: context.cacheSpanID, parentSpanID: context.spanID,
            startMicroseconds: call.startedAtMilliseconds * 1000 + start, durationMicroseconds: took)
        attributes = [Attribute("wicket.cache.status", .text(call.cacheStatus.rawValue))]
        attributes.add("wicket.cache.entry", call.cacheEntry)
    }

    fileprivate init(of attempt: AttemptReport, of call: borrowing CallRecord, _ context: TraceContext) {
        let operation = GenAINames.operation(call.method)
        let model = attempt.model ?? call.model
        self.init(
            kind: .client, name: model.map { "\(operation) \($0)" } ?? operation,
            spanID: context.spanID(ofTry: attempt.number), parentSpanID: context.spanID,
            startMicroseconds: call.startedAtMilliseconds * 1000 + attempt.startMicroseconds,
            durationMicroseconds: attempt.microseconds, error: attempt.error)
        attributes = [Attribute("gen_ai.operation.name", .text(operation))]
        attributes.add("gen_ai.provider.name", attempt.provider.map(GenAINames.provider))
        attributes.add("gen_ai.request.model", model)
        attributes.add("gen_ai.response.model", attempt.responseModel)
        if call.stream { attributes.append(Attribute("gen_ai.request.stream", .flag(true))) }
        if attempt.error == nil, let first = call.firstChunkMicroseconds {
            attributes.append(Attribute("gen_ai.response.time_to_first_chunk", .real(Double(first) / 1_000_000)))
        }
        attributes.add(attempt.usage)
        attributes.add(origin: attempt.origin)
        attributes.add("error.type", attempt.error)
        if attempt.status > 0 { attributes.add("http.response.status_code", attempt.status) }
        attributes.append(Attribute("wicket.try", .integer(attempt.number)))
        attributes.add("wicket.target", attempt.target)
        attributes.add("wicket.virtual_key", attempt.virtualKey)
    }
}

extension AttemptReport {
    /// The one try of a call whose row tells all of it.
    package init(onlyOf call: borrowing CallRecord) {
        let lookup = call.cacheMicroseconds ?? 0
        self.init(
            target: call.target ?? "config", status: call.errorName == nil ? 200 : 0,
            microseconds: max(0, (call.upstreamMicroseconds ?? 0) - lookup), outcome: call.errorName ?? "ok")
        startMicroseconds = (call.queueMicroseconds ?? 0) + lookup
        provider = call.provider
        virtualKey = call.virtualKey
        model = call.model
        responseModel = call.responseModel
        usage = call.usage
        origin = call.origin
        if call.errorName == "upstream_error" { status = call.status }
    }

    /// `error.type`. A try that was passed by or cancelled, since another one was better, did not fail.
    var error: String? { outcome == "ok" || outcome == "passed_by" || outcome == "cancelled" ? nil : outcome }
}

extension [Attribute] {
    mutating func add(_ usage: Usage) {
        add("gen_ai.usage.input_tokens", usage.inputTokens)
        add("gen_ai.usage.output_tokens", usage.outputTokens)
        add("gen_ai.usage.cache_read.input_tokens", usage.cacheReadInputTokens)
        add("gen_ai.usage.cache_creation.input_tokens", usage.cacheCreationInputTokens)
        add("gen_ai.usage.reasoning.output_tokens", usage.reasoningOutputTokens)
    }

    /// The caller's `options.metadata`, member by member.
    mutating func add(metadata: ArraySlice<UInt8>) {
        guard let document = try? JSONDocument([UInt8](metadata)), document.kind(document.root) == .object else { return }
        for (key, value) in document.members(of: document.root).prefix(Self.mostMetadata) {
            guard let name = document.string(key), name.utf8.count <= 128 else { continue }
            let text = document.string(value) ?? String(decoding: document.raw(value), as: UTF8.self)
            add("wicket.metadata.\(name)", text)
        }
    }

    private static var mostMetadata: Int { 32 }

    /// `https://host[:port]` as `server.address` and `server.port`.
    mutating func add(origin: String?) {
        guard let origin, let start = origin.utf8.firstIndex(of: UInt8(ascii: "/")) else { return }
        let place = origin.utf8[start...].drop { $0 == UInt8(ascii: "/") }
        let address = Substring(place)
        if let colon = place.lastIndex(of: UInt8(ascii: ":")), let port = Int(address[colon...].dropFirst()) {
            add("server.address", String(address[..<colon]))
            return add("server.port", port)
        }
        add("server.address", String(address))
        add("server.port", origin.hasPrefix("https:") ? 443 : 80)
    }
}
