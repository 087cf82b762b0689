// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import JSONRPC
import WicketProtocol

/// Writes the reply to an inference call straight into the connection's output: the provider's bytes, and what the gateway did.
///
/// The `gateway` part has all of its keys always, null or empty where there is no value; so it is written as constant text with
/// values between.
/// - Parameter response: nil when the answer went out in pieces.
func writeInferenceReply(id: ArraySlice<UInt8>, response: [UInt8]?, report: CallReport, to out: inout [UInt8]) {
    out.reserveCapacity(out.count + (response?.count ?? 4) + 768)
    JSONRPCWriter.beginResult(id: id, to: &out)
    append("{\"response\":", to: &out)
    if let response { out.append(contentsOf: response) } else { append("null", to: &out) }
    append(",\"gateway\":{\"trace_id\":", to: &out)
    appendString(report.traceID, to: &out)
    append(",\"span_id\":", to: &out)
    appendString(report.spanID, to: &out)
    append(",\"provider\":", to: &out)
    append(orNull: report.provider, to: &out)
    append(",\"virtual_key\":", to: &out)
    append(orNull: report.virtualKey, to: &out)
    append(",\"target\":", to: &out)
    append(orNull: report.target, to: &out)
    append(",\"attempts\":", to: &out)
    appendDecimal(report.attempts.count, to: &out)
    append(",\"retry_attempt_count\":", to: &out)
    appendDecimal(report.retryAttemptCount, to: &out)
    append(",\"cache_status\":\"", to: &out)
    out.append(contentsOf: report.cacheStatus.rawValue.utf8)
    append("\"", to: &out)
    if let hit = report.cacheHit { append(hit, to: &out) }
    append(",\"cost\":", to: &out)
    append(report.cost, to: &out)
    if report.usage != Usage() {
        append(",\"usage\":", to: &out)
        JSONWriter.append(to: &out) { $0.usage(report.usage) }
    }
    append(",\"hook_results\":null,\"latency_ms\":{\"total\":", to: &out)
    append(milliseconds: report.totalMicroseconds, to: &out)
    append(",\"upstream\":", to: &out)
    if let upstream = report.upstreamMicroseconds { append(milliseconds: upstream, to: &out) } else { append("null", to: &out) }
    if let firstChunk = report.firstChunkMicroseconds {
        append(",\"first_chunk\":", to: &out)
        append(milliseconds: firstChunk, to: &out)
    }
    append("},\"dropped_params\":", to: &out)
    append(report.droppedParams, to: &out)
    append(",\"warnings\":", to: &out)
    append(report.warnings, to: &out)
    append("}}", to: &out)
    JSONRPCWriter.end(&out)
}

private func append(orNull text: String?, to out: inout [UInt8]) {
    if let text { appendString(text, to: &out) } else { append("null", to: &out) }
}

private func append(_ hit: CacheHit, to out: inout [UInt8]) {
    append(",\"cache\":{\"age_s\":", to: &out)
    appendDecimal(hit.ageSeconds, to: &out)
    if let score = hit.score {
        append(",\"score\":", to: &out)
        JSONWriter.append(to: &out) { $0.double(score) }
    }
    append(",\"entry\":", to: &out)
    appendString(hit.entry, to: &out)
    append("}", to: &out)
}

private func append(_ cost: Cost, to out: inout [UInt8]) {
    append("{\"nano_usd\":", to: &out)
    if let amount = cost.amount { appendDecimal(amount.value, to: &out) } else { append("null", to: &out) }
    append(",\"status\":\"", to: &out)
    out.append(contentsOf: cost.status.utf8)
    append("\"}", to: &out)
}

private func append(_ texts: [String], to out: inout [UInt8]) {
    if texts.isEmpty { return append("[]", to: &out) }
    JSONWriter.append(to: &out) { $0.strings(texts) }
}

extension JSONWriter {
    mutating func usage(_ usage: Usage) {
        beginObject()
        for (name, count) in [
            ("input_tokens", usage.inputTokens), ("output_tokens", usage.outputTokens),
            ("cache_read_input_tokens", usage.cacheReadInputTokens),
            ("cache_creation_input_tokens", usage.cacheCreationInputTokens),
            ("reasoning_output_tokens", usage.reasoningOutputTokens),
        ] as [(StaticString, Int?)] {
            guard let count else { continue }
            key(name)
            int(count)
        }
        endObject()
    }
}
