// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// How long the log and what was added up of it are kept. 0 is without end.
package struct Retention: Sendable, Equatable {
    package var keepDays = 90
    /// Of the whole database, in MiB; the oldest rows go first.
    package var keepMegabytes = 0
    /// The rollups, which take little room; never shorter than the rows.
    package var keepAnalyticsDays = 730

    package init() {}

    /// Rows that a step deletes: a hundredth of a second of the writer's time or so.
    static let step = 500
    private static let day = 86_400_000

    fileprivate func rowsEnd(_ now: Int) -> Int? { keepDays > 0 ? now - keepDays * Self.day : nil }
    fileprivate func rollupsEnd(_ now: Int) -> Int? {
        if keepDays == 0 || keepAnalyticsDays == 0 { return nil }
        return now - max(keepDays, keepAnalyticsDays) * Self.day
    }
}

extension GatewayStore {
    /// Deletes the next few of what is too old or too much. The file does not get smaller: what is freed is written to again.
    /// - Returns: whether there may be more to delete.
    package func trim(_ retention: Retention) async throws(GatewayFailure) -> Bool {
        let now = wallMilliseconds()
        return try await write { connection in
            if let end = retention.rowsEnd(now), try RetentionStep.deleteRows(before: end, connection) { return true }
            if try RetentionStep.isTooLarge(retention, connection), try RetentionStep.deleteRows(before: nil, connection) {
                return true
            }
            guard let end = retention.rollupsEnd(now) else { return false }
            return try RetentionStep.deleteCells(before: end, connection)
        }
    }
}

private enum RetentionStep {
    /// The oldest rows that are in the rollups. The newest row stays whatever it is: the next one's id counts on from it.
    static func deleteRows(before end: Int?, _ connection: SQLiteConnection) throws(SQLiteError) -> Bool {
        let last = min(
            try RollupTable.lastRolled(connection), try connection.integer("SELECT max(id) FROM call") - 1)
        let oldest = try connection.statement("SELECT id, started_at FROM call WHERE id <= ?1 ORDER BY id LIMIT ?2")
        oldest.bind(1, last)
        oldest.bind(2, Retention.step)
        var (upper, count) = (0, 0)
        while try oldest.step() {
            if let end, oldest.int(1) ?? 0 >= end { break }
            upper = oldest.int(0) ?? upper
            count += 1
        }
        oldest.reset()
        if count == 0 { return false }
        for sql in ["DELETE FROM feedback WHERE call <= ?1", "DELETE FROM call WHERE id <= ?1"] {
            let delete = try connection.statement(sql)
            delete.bind(1, upper)
            try delete.run()
        }
        return count == Retention.step
    }

    static func isTooLarge(_ retention: Retention, _ connection: SQLiteConnection) throws(SQLiteError) -> Bool {
        if retention.keepMegabytes == 0 { return false }
        let pages = try connection.integer("PRAGMA page_count") - connection.integer("PRAGMA freelist_count")
        return pages * (try connection.integer("PRAGMA page_size")) > retention.keepMegabytes << 20
    }

    /// Cells of one series after the other. The groups' names stay: whoever counts knows them by number.
    static func deleteCells(before end: Int, _ connection: SQLiteConnection) throws(SQLiteError) -> Bool {
        let delete = try connection.statement(
            "DELETE FROM rollup WHERE id IN (SELECT id FROM rollup WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3)")
        let metadata = try RollupTable.metadataSeries(connection).values
        let series = [.total, .user, .combined] + RollupDimension.allCases.map { RollupSeries($0) } + metadata
        for one in series {
            for step in [RollupStep.hour, .day] {
                let range = RollupCellID.range(one, step, 0..<step.slot(of: end))
                delete.bind(1, range.lowerBound)
                delete.bind(2, range.upperBound)
                delete.bind(3, Retention.step)
                try delete.run()
                if connection.changes > 0 { return true }
            }
        }
        return false
    }
}
