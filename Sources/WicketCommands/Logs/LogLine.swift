// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// One row of the journal on a line, for those that come one by one and so cannot be aligned.
struct LogLine {
    private let row: WicketValue

    init(_ row: WicketValue) { self.row = row }

    func text(_ style: Style) -> String {
        let status = row["status"].int ?? 0
        let told = [String(status), row["error"].string?.onOneLine].compactMap(\.self).joined(separator: " ")
        let usage = row["usage"]
        let tokens = usage["input_tokens"].int.map { "\($0) in \(usage["output_tokens"].int ?? 0) out" }
        let parts: [String?] = [
            style.dim(shortTime(row["started_at"].string).onOneLine), 200...299 ~= status ? style.green(told) : style.red(told),
            (row["virtual_key"].string ?? row["provider"].string)?.onOneLine,
            (row["response_model"].string ?? row["model"].string)?.onOneLine,
            row["latency_ms"]["total"].double.map(milliseconds), tokens, row["cost"]["nano_usd"].int.map(dollars),
            row["cache_status"].string == "DISABLED" ? nil : row["cache_status"].string?.lowercased().onOneLine,
            row["user"].string?.onOneLine, style.dim(row["trace_id"].string?.onOneLine ?? ""),
        ]
        return parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "  ")
    }
}

extension String {
    /// What others wrote may hold line breaks and controls.
    fileprivate var onOneLine: String {
        withoutControls.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
