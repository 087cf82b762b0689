// SPDX-License-Identifier: Apache-2.0

/// The rows that a query is about, the newest first, as SQL. What SQL would read in another way than `RolledCall` (metadata) is
/// left to whoever looks at them.
struct AnalyticsRows {
    private enum Value { case text(String), integer(Int) }
    private var conditions: [String] = []
    private var values: [Value] = []
    private let limit: Int
    /// Rows that are looked at for those that match, where nothing leads to them: about half a microsecond each.
    private static let mostLookedAt = 1_000_000
    /// There are more of the time asked for than that.
    private(set) var leavesOut = false

    /// - Parameter last: the row to begin behind, nil for all.
    init(_ query: AnalyticsQuestion, after last: Int?, limit: Int, _ connection: SQLiteConnection) throws(SQLiteError) {
        self.limit = limit
        let hour = RollupStep.hour.milliseconds
        if let last {
            add("id > ?", .integer(last))
        } else if query.rowFilter.traceIDs.isEmpty {
            let ids = try Self.ids(query.hours, connection)
            let first = max(ids.lowerBound, ids.upperBound - Self.mostLookedAt + 1)
            leavesOut = first > ids.lowerBound
            add("id BETWEEN ? AND ?", .integer(first), .integer(ids.upperBound))
        }
        add("started_at >= ?", .integer(query.hours.lowerBound * hour))
        add("started_at < ?", .integer(query.hours.upperBound * hour))
        for filter in query.filters {
            switch filter.dimension {
            case .call(let dimension): add(dimension, filter.values)
            case .user: add("user IS NOT NULL")
            case .metadata: add("metadata IS NOT NULL")
            }
        }
        add(anyOf: "trace_id", query.rowFilter.traceIDs)
        add(anyOf: "span_id", query.rowFilter.spanIDs)
        for (figure, least, most) in query.rowFilter.ranges {
            if let least { add("\(figure.expression) >= ?", .integer(least)) }
            if let most { add("\(figure.expression) <= ?", .integer(most)) }
        }
    }

    /// Where the calls of these hours lie, those included that no cell has yet.
    private static func ids(_ hours: Range<Int>, _ connection: SQLiteConnection) throws(SQLiteError) -> ClosedRange<Int> {
        let ranges = try CallRanges.find([], hours: hours, connection)
        guard let first = ranges.last, let last = ranges.first else { return 0...0 }
        return first.lowerBound...last.upperBound
    }

    private mutating func add(_ condition: String, _ values: Value...) {
        conditions.append(condition)
        self.values += values
    }

    private mutating func add(_ dimension: RollupDimension, _ wanted: [String?]) {
        // Short of what a cell's value may be, the cut one is the whole one.
        let texts = wanted.compactMap(\.self)
        if texts.contains(where: { $0.utf8.count >= RollupBounds.valueBytes }) { return }
        let marks = Array(repeating: "?", count: texts.count).joined(separator: ",")
        let isNone = wanted.contains(nil) ? " OR \(dimension.expression) IS NULL" : ""
        conditions.append("(CAST(\(dimension.expression) AS TEXT) IN (\(marks))\(isNone))")
        values += texts.map { .text($0) }
    }

    private mutating func add(anyOf column: String, _ texts: [String]) {
        if texts.isEmpty { return }
        conditions.append("\(column) IN (\(Array(repeating: "?", count: texts.count).joined(separator: ",")))")
        values += texts.map { .text($0) }
    }

    func statement(_ connection: SQLiteConnection) throws(SQLiteError) -> SQLiteStatement {
        let condition = conditions.joined(separator: " AND ")
        let statement = try connection.uncachedStatement(
            "SELECT \(RolledCall.columns) FROM call WHERE \(condition) ORDER BY id DESC LIMIT \(limit)")
        for (index, value) in values.enumerated() {
            switch value {
            case .text(let text): statement.bind(Int32(index + 1), text)
            case .integer(let number): statement.bind(Int32(index + 1), number)
            }
        }
        return statement
    }
}
