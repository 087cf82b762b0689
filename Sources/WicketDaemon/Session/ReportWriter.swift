// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import JSONRPC
import WicketProtocol

/// Writes the reply to an inference call straight into the connection's output: the provider's bytes, and what the gateway did.
/// - Parameter response: nil when the answer went out in pieces.
func writeInferenceReply(
    id: ArraySlice<UInt8>, response: [UInt8]?, report: CallReport, to out: inout [UInt8]
) {
    out.reserveCapacity(out.count + (response?.count ?? 4) + 768)
    JSONRPCWriter.beginResult(id: id, to: &out)
    append("{\"response\":", to: &out)
    if let response { out.append(contentsOf: response) } else { append("null", to: &out) }
    append(",\"gateway\":", to: &out)
    JSONWriter.append(to: &out) { write(report, to: &$0) }
    append("}", to: &out)
    JSONRPCWriter.end(&out)
}

/// The `gateway` part: every key is there, null or empty where it has no value.
private func write(_ report: CallReport, to json: inout JSONWriter) {
    json.beginObject()
    json.key("trace_id")
    json.string(report.traceID)
    json.key("span_id")
    json.string(report.spanID)
    json.key("provider")
    json.string(orNull: report.provider)
    json.key("virtual_key")
    json.string(orNull: report.virtualKey)
    json.key("target")
    json.string(orNull: report.target)
    json.key("attempts")
    json.int(report.attempts.count)
    json.key("retry_attempt_count")
    json.int(max(0, report.attempts.count - 1))
    json.key("cache_status")
    json.string("DISABLED")
    json.key("cost")
    json.cost(report.cost)
    if report.usage != Usage() {
        json.key("usage")
        json.usage(report.usage)
    }
    json.key("hook_results")
    json.null()
    json.key("latency_ms")
    json.latency(
        total: report.totalMicroseconds, upstream: report.upstreamMicroseconds, firstChunk: report.firstChunkMicroseconds)
    json.key("dropped_params")
    json.strings(report.droppedParams)
    json.key("warnings")
    json.strings(report.warnings)
    json.endObject()
}

extension JSONWriter {
    mutating func cost(_ cost: Cost) {
        beginObject()
        key("nano_usd")
        switch cost {
        case .priced(let amount):
            int(amount.value)
            key("status")
            string("priced")
        case .unpriced:
            null()
            key("status")
            string("unpriced")
        }
        endObject()
    }

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

    mutating func latency(total: Int, upstream: Int?, firstChunk: Int?) {
        beginObject()
        key("total")
        milliseconds(total)
        key("upstream")
        if let upstream { milliseconds(upstream) } else { null() }
        if let firstChunk {
            key("first_chunk")
            milliseconds(firstChunk)
        }
        endObject()
    }
}
