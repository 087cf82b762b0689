// SPDX-License-Identifier: Apache-2.0

/// Where in the log the rows lie that a filter may match: the rollups know for each hour and value the first and the last row. So
/// the log needs no index for each thing that it can be filtered by, which each row would have to be written to.
enum CallRanges {
    /// A value that rows must have, of any of these series (a model is asked for, or answers).
    struct Constraint {
        var series: [RollupSeries]
        var value: String?

        init(_ series: [RollupSeries], _ value: String?) {
            self.series = series
            self.value = value
        }
    }

    /// - Returns: ranges of ids that do not overlap, the latest first. Rows that match nothing may be among them, but none that
    ///   matches is left out.
    static func find(_ constraints: [Constraint], hours: Range<Int>, _ connection: SQLiteConnection) throws(SQLiteError)
        -> [ClosedRange<Int>]
    {
        let first = try connection.integer("SELECT min(id) FROM call")
        let newest = try connection.integer("SELECT max(id) FROM call")
        let rolled = try RollupTable.lastRolled(connection)
        var found: [ClosedRange<Int>] = newest > rolled ? [max(rolled + 1, first)...newest] : []
        if let groups = try groups(constraints, connection) { found += try inCells(groups, hours, connection) }
        found = found.filter { $0.upperBound >= first }
        return merged(found)
    }

    /// The groups that satisfy each constraint; nil where one cannot be satisfied by any call that was added up.
    private static func groups(_ constraints: [Constraint], _ connection: SQLiteConnection) throws(SQLiteError)
        -> [[(series: RollupSeries, group: Int)]]?
    {
        var all: [[(series: RollupSeries, group: Int)]] = []
        for constraint in constraints {
            var groups: [(series: RollupSeries, group: Int)] = []
            for series in constraint.series {
                for value in [constraint.value.map(bounded), RollupBounds.other] {
                    guard let group = try RollupTable.group(series, RollupGroup.text([value]), connection) else { continue }
                    groups.append((series, group))
                }
            }
            if groups.isEmpty { return nil }
            all.append(groups)
        }
        return all
    }

    private static func inCells(
        _ constraints: [[(series: RollupSeries, group: Int)]], _ hours: Range<Int>, _ connection: SQLiteConnection
    ) throws(SQLiteError) -> [ClosedRange<Int>] {
        var found: [ClosedRange<Int>] = []
        let totals = try connection.statement("SELECT id, cell FROM rollup WHERE id >= ?1 AND id < ?2 ORDER BY id DESC")
        let range = RollupCellID.range(.total, .hour, hours)
        totals.bind(1, range.lowerBound)
        totals.bind(2, range.upperBound)
        defer { totals.reset() }
        next: while try totals.step() {
            guard var ids = totals.withBytes(1, RollupCell.ids) else { continue }
            let slot = RollupCellID.slot(totals.int(0) ?? 0)
            for groups in constraints {
                guard let other = try hull(groups, slot, connection), ids.overlaps(other) else { continue next }
                ids = ids.clamped(to: other)
            }
            found.append(ids)
        }
        return found
    }

    private static func hull(_ groups: [(series: RollupSeries, group: Int)], _ slot: Int, _ connection: SQLiteConnection)
        throws(SQLiteError) -> ClosedRange<Int>?
    {
        let select = try connection.statement("SELECT cell FROM rollup WHERE id = ?1")
        var hull: ClosedRange<Int>?
        for (series, group) in groups {
            select.bind(1, RollupCellID.pack(series, .hour, slot: slot, group: group))
            if try select.step(), let ids = select.withBytes(0, RollupCell.ids) {
                hull = hull.map { min($0.lowerBound, ids.lowerBound)...max($0.upperBound, ids.upperBound) } ?? ids
            }
            select.reset()
        }
        return hull
    }

    /// A call belongs to the hour in which it started, its row to that in which it ended: ranges of neighbours overlap.
    private static func merged(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
        var merged: [ClosedRange<Int>] = []
        for range in ranges.sorted(by: { $0.upperBound > $1.upperBound }) {
            if let last = merged.last, range.upperBound >= last.lowerBound {
                merged[merged.count - 1] = min(last.lowerBound, range.lowerBound)...last.upperBound
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
