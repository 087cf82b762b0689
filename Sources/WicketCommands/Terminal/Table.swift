// SPDX-License-Identifier: Apache-2.0

/// Rows in aligned columns under a header.
struct Table {
    struct Column {
        /// Text may be cut to make room; a number cut short would be another number, and stands to the right.
        enum Kind { case text, whole, number }
        let title: String
        let kind: Kind
        init(_ title: String, _ kind: Kind = .text) {
            self.title = title
            self.kind = kind
        }
    }

    let columns: [Column]
    var rows: [[String]] = []

    private static let gap = 2
    /// No column gets narrower than this to make room: of less nobody could read anything.
    private static let narrowest = 6

    init(_ columns: [Column]) { self.columns = columns }

    /// The table's lines, at most `width` columns wide where that can be done; longer cells end in an ellipsis.
    func lines(width: Int?, style: Style) -> [String] {
        let cells = rows.map { row in columns.indices.map { ($0 < row.count ? row[$0] : "").asCell } }
        let natural = columns.indices.map { index in cells.map(\.[index].count).reduce(columns[index].title.count, max) }
        let widths = fitted(natural, width)
        let header = line(columns.map(\.title), widths)
        return [style.bold(header)] + cells.map { line($0, widths) }
    }

    private func fitted(_ natural: [Int], _ width: Int?) -> [Int] {
        guard let width else { return natural }
        var widths = natural
        var excess = widths.reduce(Table.gap * (columns.count - 1), +) - width
        let elastic = columns.indices.filter { columns[$0].kind == .text }
        while excess > 0, let widest = elastic.max(by: { widths[$0] < widths[$1] }), widths[widest] > Table.narrowest {
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let cut = cell.count > widths[index] ? cell.prefix(widths[index] - 1) + "…" : cell[...]
            let padding = String(repeating: " ", count: widths[index] - cut.count)
            text += columns[index].kind == .number ? padding + cut : cut + padding
            if index < cells.count - 1 { text += String(repeating: " ", count: Table.gap) }
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension String {
    /// On one line and without control characters, since cells hold what others wrote; a dash for nothing.
    fileprivate var asCell: String {
        let text = withoutControls.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text.isEmpty ? "-" : text
    }
}
