// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// Answers one query, in one snapshot of the database.
struct AnalyticsReader {
    /// Rows that a query adds up one by one at most: about 8 µs each, in which the reader does nothing else.
    static let mostRows = 50_000

    private let connection: SQLiteConnection
    private let query: AnalyticsQuestion
    private var plan: AnalyticsPlan
    private var sums: AnalyticsSums
    private var isApproximate = false
    private var isTruncated = false
    private var userNumbers: [String: Int] = [:]
    private let countsUsers: Bool
    /// The filters, their values as cells and rows have them here.
    private let wanted: [AnalyticsQuestion.Filter]

    init(_ query: AnalyticsQuestion, _ connection: SQLiteConnection) {
        self.query = query
        self.connection = connection
        plan = AnalyticsPlan(query)
        sums = AnalyticsSums(query.interval)
        wanted = query.filters.map { AnalyticsQuestion.Filter($0.dimension, $0.values.map { $0.map(bounded) }) }
        countsUsers = query.metrics.contains(where: \.needsUsers)
    }

    mutating func answer() throws(SQLiteError) -> AnalyticsAnswer {
        // Without groups there is one, also where there are no calls.
        if query.groupBy.isEmpty { _ = sums.place(of: []) }
        // Of keys of the metadata past the bound there are no cells.
        if case .cells(.single(.metadata(let key))) = plan {
            let known = try RollupTable.metadataSeries(connection)
            if known[key] == nil, known.count >= RollupBounds.metadataKeys { plan = .rows }
        }
        switch plan {
        case .cells(let kind):
            try addCells(kind)
            if countsUsers, kind == .total { try addUsers() }
            try addRows(after: try RollupTable.lastRolled(connection))
        case .rows:
            try addRows(after: nil)
        }
        let (summary, groups, count) = sums.groups(query)
        let hour = RollupStep.hour.milliseconds
        return AnalyticsAnswer(
            from: Timestamp(milliseconds: query.hours.lowerBound * hour),
            to: Timestamp(milliseconds: query.hours.upperBound * hour),
            source: plan == .rows ? .rows : .rollups, isApproximate: isApproximate, isTruncated: isTruncated, summary: summary,
            groups: query.groupBy.isEmpty ? [] : groups, groupCount: query.groupBy.isEmpty ? 0 : count)
    }

    // MARK: Cells

    private mutating func addCells(_ kind: AnalyticsPlan.Series) throws(SQLiteError) {
        guard let series = try series(kind) else { return }
        var places: [Int: Int?] = [:]
        try eachCell(series) { reader, group, start, statement throws(SQLiteError) in
            let place: Int?
            if let known = places[group] { place = known } else {
                place = try reader.place(group, kind)
                places[group] = place
            }
            guard let place else { return }
            statement.withBytes(1) { bytes in reader.sums.add(to: place, at: start) { $0.merge(bytes) } }
            if reader.countsUsers, kind == .single(.user) { reader.sums.add(user: group, to: place, at: start) }
        }
    }

    /// Who the users are, where nothing else is asked of them.
    private mutating func addUsers() throws(SQLiteError) {
        try eachCell(.user) { reader, group, start, _ throws(SQLiteError) in
            reader.sums.add(user: group, to: 0, at: start)
        }
        if let other = try RollupTable.group(.user, RollupGroup.text([RollupBounds.other]), connection) {
            if try hasCell(.user, other) { isApproximate = true }
        }
    }

    private mutating func eachCell(
        _ series: RollupSeries,
        _ use: (inout AnalyticsReader, _ group: Int, _ start: Int, SQLiteStatement) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        let statement = try connection.statement("SELECT id, cell FROM rollup WHERE id >= ?1 AND id < ?2")
        for (step, slots) in AnalyticsPlan.spans(query.hours, query.interval) {
            let range = RollupCellID.range(series, step, slots)
            statement.bind(1, range.lowerBound)
            statement.bind(2, range.upperBound)
            while try statement.step() {
                let id = statement.int(0) ?? 0
                let start = sums.start(of: RollupCellID.slot(id) * step.milliseconds)
                try use(&self, RollupCellID.group(id), start, statement)
            }
            statement.reset()
        }
    }

    private func hasCell(_ series: RollupSeries, _ group: Int) throws(SQLiteError) -> Bool {
        let statement = try connection.statement("SELECT 1 FROM rollup WHERE id = ?1")
        defer { statement.reset() }
        for (step, slots) in AnalyticsPlan.spans(query.hours, query.interval) {
            for slot in slots {
                statement.bind(1, RollupCellID.pack(series, step, slot: slot, group: group))
                if try statement.step() { return true }
                statement.reset()
            }
        }
        return false
    }

    /// - Returns: nil for a key of the metadata that no call had.
    private func series(_ kind: AnalyticsPlan.Series) throws(SQLiteError) -> RollupSeries? {
        switch kind {
        case .total: .total
        case .combined: .combined
        case .single(.call(let dimension)): RollupSeries(dimension)
        case .single(.user): .user
        case .single(.metadata(let key)): try RollupTable.metadataSeries(connection)[key]
        }
    }

    /// Where a group's cells belong in the answer; nil where a filter leaves them out.
    private mutating func place(_ group: Int, _ kind: AnalyticsPlan.Series) throws(SQLiteError) -> Int? {
        let select = try connection.statement("SELECT value FROM rollup_group WHERE id = ?1")
        select.bind(1, group)
        let values = try select.step() ? RollupGroup.values(select.text(0) ?? "") : []
        select.reset()
        func value(_ dimension: AnalyticsDimension) -> String? {
            if kind != .combined { return values.first ?? nil }
            guard let index = dimension.callDimension.map({ $0.rawValue - 1 }), index < values.count else { return nil }
            return values[index]
        }
        let asked = query.groupBy + query.filters.map(\.dimension)
        if asked.contains(where: { value($0) == RollupBounds.other }) { isApproximate = true }
        guard wanted.allSatisfy({ $0.values.contains(value($0.dimension)) }) else { return nil }
        return sums.place(of: query.groupBy.map(value))
    }

    // MARK: Rows

    /// Adds the rows themselves, the newest first, as many as may be looked at.
    /// - Parameter last: the row up to which cells have them already; nil where no cell is used.
    private mutating func addRows(after last: Int?) throws(SQLiteError) {
        let rows = try AnalyticsRows(query, after: last, limit: Self.mostRows + 1, connection)
        if rows.leavesOut { isTruncated = true }
        let statement = try rows.statement(connection)
        let feedback = try FeedbackOfCall(connection, query.metrics)
        var count = 0
        while try statement.step() {
            count += 1
            if count > Self.mostRows {
                isTruncated = true
                break
            }
            let call = RolledCall(statement)
            guard let place = place(of: call) else { continue }
            let start = sums.start(of: call.startedAt)
            // What was said of a call that the cells do not have yet is in them nevertheless.
            let said = last == nil ? try feedback?.cell(of: call.id) : nil
            sums.add(to: place, at: start) { cell in
                call.add(to: &cell)
                if let said { cell.merge(said) }
            }
            guard countsUsers, let user = call.user else { continue }
            sums.add(user: try number(of: user), to: place, at: start)
        }
    }

    private mutating func place(of call: RolledCall) -> Int? {
        let metadata = usesMetadata ? call.metadata : []
        func value(_ dimension: AnalyticsDimension) -> String? {
            switch dimension {
            case .call(let dimension): call.values[dimension.rawValue - 1]
            case .user: call.user
            case .metadata(let key): metadata.first { $0.key == key }?.value
            }
        }
        guard wanted.allSatisfy({ $0.values.contains(value($0.dimension)) }) else { return nil }
        let values = query.groupBy.map(value)
        if zip(query.groupBy, values).contains(where: { $0.isOptional && $1 == nil }) { return nil }
        return sums.place(of: values)
    }

    private var usesMetadata: Bool {
        (query.groupBy + query.filters.map(\.dimension)).contains { if case .metadata = $0 { true } else { false } }
    }

    /// The number of the user's group, or one of its own where there is none yet.
    private mutating func number(of user: String) throws(SQLiteError) -> Int {
        if let known = userNumbers[user] { return known }
        let number = try RollupTable.group(.user, RollupGroup.text([user]), connection) ?? -1 - userNumbers.count
        userNumbers[user] = number
        return number
    }
}

extension GatewayStore {
    /// Adds up the calls that a query asks about, those included that came a moment ago.
    package func analyze(_ query: AnalyticsQuestion) async throws(GatewayFailure) -> AnalyticsAnswer {
        try await read { connection in
            var reader = AnalyticsReader(query, connection)
            return try reader.answer()
        }
    }
}
