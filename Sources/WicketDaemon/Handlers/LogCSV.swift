// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayStore

/// The journal's rows as RFC 4180 has it, but for line feeds as the ends of lines. Cells are exactly what the row has: a
/// spreadsheet that opens a file of other people's texts must be told to take them as text.
enum LogCSV {
    private static let columns: [(name: String, cell: @Sendable (StoredCall) -> String?)] = [
        ("id", { String($0.id) }),
        ("started_at", { Timestamp(milliseconds: $0.record.startedAtMilliseconds).description }),
        ("trace_id", { $0.record.traceID }), ("span_id", { $0.record.spanID }), ("method", { $0.record.method }),
        ("uid", { String($0.record.peer.uid) }), ("unit", { $0.record.peer.unit }), ("policy", { $0.record.policy }),
        ("virtual_key", { $0.record.virtualKey }), ("provider", { $0.record.provider }), ("model", { $0.record.model }),
        ("response_model", { $0.record.responseModel }), ("config", { $0.record.config }), ("target", { $0.record.target }),
        ("user", { $0.record.user }), ("status", { String($0.record.status) }), ("error", { $0.record.errorName }),
        ("stream", { String($0.record.stream) }), ("cache_status", { $0.record.cacheStatus.rawValue }),
        ("attempts", { String($0.record.attempts) }), ("retry_attempt_count", { String($0.record.retries) }),
        ("fallbacks", { String($0.record.fallbacks) }), ("input_tokens", { text($0.record.usage.inputTokens) }),
        ("output_tokens", { text($0.record.usage.outputTokens) }),
        ("cache_read_input_tokens", { text($0.record.usage.cacheReadInputTokens) }),
        ("cache_creation_input_tokens", { text($0.record.usage.cacheCreationInputTokens) }),
        ("reasoning_output_tokens", { text($0.record.usage.reasoningOutputTokens) }),
        ("cost_nano_usd", { text($0.record.cost.amount?.value) }), ("cost_status", { $0.record.cost.status }),
        ("saved_nano_usd", { text($0.record.saved?.value) }), ("latency_us", { String($0.record.latencyMicroseconds) }),
        ("upstream_us", { text($0.record.upstreamMicroseconds) }),
        ("first_chunk_us", { text($0.record.firstChunkMicroseconds) }), ("request_bytes", { String($0.record.requestBytes) }),
        ("response_bytes", { String($0.record.responseBytes) }),
        ("metadata", { $0.record.metadata.map { String(decoding: $0, as: UTF8.self) } }),
    ]

    private static func text(_ number: Int?) -> String? { number.map(String.init) }

    static var header: [UInt8] { Array((columns.map(\.name).joined(separator: ",") + "\n").utf8) }

    static func append(_ call: StoredCall, to text: inout [UInt8]) {
        for (index, column) in columns.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            append(cell: column.cell(call) ?? "", to: &text)
        }
        text.append(UInt8(ascii: "\n"))
    }

    private static func append(cell: String, to text: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let special: [UInt8] = [quote, UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        guard cell.utf8.contains(where: special.contains) else { return text.append(contentsOf: cell.utf8) }
        text.append(quote)
        for byte in cell.utf8 {
            if byte == quote { text.append(quote) }
            text.append(byte)
        }
        text.append(quote)
    }
}
