// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// A trace's spans under each other, each with a bar where its time lies in the whole.
struct Waterfall {
    private struct Row {
        var name: String
        var start: Double
        var took: Double
        var error: String?
    }
    private var rows: [Row] = []
    private var end = 0.0
    private static let barWidth = 32

    /// - Parameter spans: of `traces.get`.
    init(_ spans: WicketValue) {
        for span in spans.elements { add(span, depth: 0) }
    }

    private mutating func add(_ span: WicketValue, depth: Int) {
        let start = span["offset_ms"].double ?? 0
        let took = span["duration_ms"].double ?? 0
        let name = (span["name"].string ?? "").withoutControls.split(whereSeparator: \.isNewline).joined(separator: " ")
        rows.append(
            Row(name: String(repeating: "  ", count: depth) + name, start: start, took: took, error: span["error"].string))
        end = max(end, start + took)
        for child in span["children"].elements { add(child, depth: depth + 1) }
    }

    func lines(width: Int?, style: Style) -> [String] {
        let room = width.map { max(12, $0 - Self.barWidth - 14) } ?? Int.max
        let widest = min(room, rows.map(\.name.count).max() ?? 0)
        return rows.map { row in
            let name = row.name.count > widest ? row.name.prefix(widest - 1) + "…" : row.name[...]
            let padding = String(repeating: " ", count: widest - name.count)
            let took = milliseconds(row.took)
            let line = "\(name)\(padding)  \(bar(row))  \(String(repeating: " ", count: max(0, 8 - took.count)))\(took)"
            return row.error.map { style.red("\(line)  \($0.withoutControls)") } ?? line
        }
    }

    private func bar(_ row: Row) -> String {
        let scale = end > 0 ? Double(Self.barWidth) / end : 0
        let first = min(Self.barWidth - 1, max(0, Int(row.start * scale)))
        let last = min(Self.barWidth, max(first + 1, Int(((row.start + row.took) * scale).rounded())))
        return String(repeating: "·", count: first) + String(repeating: "█", count: last - first)
            + String(repeating: "·", count: Self.barWidth - last)
    }
}
