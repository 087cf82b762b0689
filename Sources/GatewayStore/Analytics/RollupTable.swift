// SPDX-License-Identifier: Apache-2.0

/// The rollups in the database. They are the rows of the log up to one of them, added up; the number of that row stands beside
/// them and is moved in the same transaction, so none is ever counted twice or left out.
struct RollupTable {
    /// Rows that are added up at a time. Until so many are there, queries add up the newest themselves.
    static let batch = 2048
    /// Rows that are added up at a time where more are there: it takes less for each.
    static let largestBatch = 8192
    private static let mostKnownGroups = 16_384

    private struct Place: Hashable {
        var series: RollupSeries
        var step: RollupStep
        var slot: Int
    }
    private var groups: [RollupSeries: [String: Int]] = [:]
    private var knownGroups = 0
    private var metadataSeries: [String: RollupSeries]?
    /// How many groups the latest stretches of time have.
    private var counts: [Place: Int] = [:]

    static func lastRolled(_ connection: SQLiteConnection) throws(SQLiteError) -> Int {
        try connection.integer("SELECT last_call FROM rollup_head WHERE only = 1")
    }

    /// About how many rows are yet to be added up.
    static func rowsBehind(_ connection: SQLiteConnection) throws(SQLiteError) -> Int {
        try connection.integer("SELECT max(id) FROM call") - lastRolled(connection)
    }

    /// Forgets what it knows of the database, after a transaction was undone.
    mutating func forget() { self = RollupTable() }

    /// Adds up the next rows, in a transaction of the caller's.
    /// - Returns: how many.
    mutating func advance(_ connection: SQLiteConnection, most: Int = RollupTable.batch) throws(SQLiteError) -> Int {
        let rows = try connection.statement("SELECT \(RolledCall.columns) FROM call WHERE id > ?1 ORDER BY id LIMIT ?2")
        rows.bind(1, try Self.lastRolled(connection))
        rows.bind(2, most)
        var (accumulator, count) = (RollupAccumulator(), 0)
        while try rows.step() {
            accumulator.add(RolledCall(rows))
            count += 1
        }
        rows.reset()
        if count == 0 { return 0 }
        try add(accumulator, connection)
        let head = try connection.statement("UPDATE rollup_head SET last_call = ?1 WHERE only = 1")
        head.bind(1, accumulator.lastID)
        try head.run()
        return count
    }

    mutating func add(_ accumulator: RollupAccumulator, _ connection: SQLiteConnection) throws(SQLiteError) {
        var series: [String: RollupSeries] = [:]
        for key in accumulator.metadataKeys { series[key] = try metadataSeries(of: key, connection) }
        let hours = accumulator.hours(series)
        for (step, cells) in [(RollupStep.hour, hours), (.day, RollupAccumulator.days(of: hours))] {
            // In the order of their keys, so that neighbours are written together.
            for (key, cell) in cells.sorted(by: { ($0.key.series, $0.key.slot) < ($1.key.series, $1.key.slot) }) {
                try add(cell, key, step, connection)
            }
        }
        if counts.count > 4096 { counts.removeAll() }
    }

    // MARK: One cell

    private mutating func add(
        _ cell: RollupCell, _ key: RollupAccumulator.Key, _ step: RollupStep, _ connection: SQLiteConnection
    ) throws(SQLiteError) {
        var group = try group(key.series, key.group, connection)
        if let group, try merge(cell, RollupCellID.pack(key.series, step, slot: key.slot, group: group), connection) { return }
        let place = Place(series: key.series, step: step, slot: key.slot)
        let count: Int
        if let known = counts[place] { count = known } else { count = try Self.count(place, connection) }
        let other = RollupGroup.other(than: key.group, in: key.series)
        if count >= RollupBounds.groups(key.series, step), key.group != other {
            counts[place] = count
            return try add(cell, RollupAccumulator.Key(series: key.series, slot: key.slot, group: other), step, connection)
        }
        if group == nil { group = try addGroup(key.series, key.group, connection) }
        let insert = try connection.statement("INSERT INTO rollup (id, cell) VALUES (?1, ?2)")
        insert.bind(1, RollupCellID.pack(key.series, step, slot: key.slot, group: group ?? 0))
        insert.bind(2, blob: cell.bytes)
        try insert.run()
        counts[place] = count + 1
    }

    /// - Returns: false where there is no such cell yet.
    private func merge(_ cell: RollupCell, _ id: Int, _ connection: SQLiteConnection) throws(SQLiteError) -> Bool {
        let select = try connection.statement("SELECT cell FROM rollup WHERE id = ?1")
        select.bind(1, id)
        guard try select.step() else { return false }
        var merged = cell
        select.withBytes(0) { merged.merge($0) }
        select.reset()
        let update = try connection.statement("UPDATE rollup SET cell = ?2 WHERE id = ?1")
        update.bind(1, id)
        update.bind(2, blob: merged.bytes)
        try update.run()
        return true
    }

    private static func count(_ place: Place, _ connection: SQLiteConnection) throws(SQLiteError) -> Int {
        let range = RollupCellID.range(place.series, place.step, place.slot..<place.slot + 1)
        let statement = try connection.statement("SELECT count(*) FROM rollup WHERE id >= ?1 AND id < ?2")
        statement.bind(1, range.lowerBound)
        statement.bind(2, range.upperBound)
        defer { statement.reset() }
        return try statement.step() ? statement.int(0) ?? 0 : 0
    }

    // MARK: Names

    private mutating func group(_ series: RollupSeries, _ text: String, _ connection: SQLiteConnection) throws(SQLiteError)
        -> Int?
    {
        if let known = groups[series]?[text] { return known }
        guard let group = try Self.group(series, text, connection) else { return nil }
        know(group, series, text)
        return group
    }

    private mutating func know(_ group: Int, _ series: RollupSeries, _ text: String) {
        if knownGroups >= Self.mostKnownGroups { (groups, knownGroups) = ([:], 0) }
        groups[series, default: [:]][text] = group
        knownGroups += 1
    }

    private mutating func addGroup(_ series: RollupSeries, _ text: String, _ connection: SQLiteConnection) throws(SQLiteError)
        -> Int
    {
        let insert = try connection.statement("INSERT INTO rollup_group (series, value) VALUES (?1, ?2)")
        insert.bind(1, series.number)
        insert.bind(2, text)
        try insert.run()
        let group = connection.lastInsertedID
        know(group, series, text)
        return group
    }

    /// - Returns: nil for a group without a cell.
    static func group(_ series: RollupSeries, _ text: String, _ connection: SQLiteConnection) throws(SQLiteError) -> Int? {
        let select = try connection.statement("SELECT id FROM rollup_group WHERE series = ?1 AND value = ?2")
        select.bind(1, series.number)
        select.bind(2, text)
        defer { select.reset() }
        return try select.step() ? select.int(0) : nil
    }

    /// The series of a key of the metadata; of all keys too many together there is none.
    private mutating func metadataSeries(of key: String, _ connection: SQLiteConnection) throws(SQLiteError) -> RollupSeries? {
        var known: [String: RollupSeries]
        if let metadataSeries { known = metadataSeries } else { known = try Self.metadataSeries(connection) }
        defer { metadataSeries = known }
        if let series = known[key] { return series }
        if known.count >= RollupBounds.metadataKeys { return nil }
        // Feedback to a call that was not added up yet may have brought it.
        known = try Self.metadataSeries(connection)
        if let series = known[key] { return series }
        let series = RollupSeries(number: RollupSeries.firstMetadata + known.count)
        let insert = try connection.statement("INSERT INTO rollup_key (series, key) VALUES (?1, ?2)")
        insert.bind(1, series.number)
        insert.bind(2, key)
        try insert.run()
        known[key] = series
        return series
    }

    static func metadataSeries(_ connection: SQLiteConnection) throws(SQLiteError) -> [String: RollupSeries] {
        let select = try connection.statement("SELECT series, key FROM rollup_key")
        defer { select.reset() }
        var known: [String: RollupSeries] = [:]
        while try select.step() { known[select.text(1) ?? ""] = RollupSeries(number: select.int(0) ?? 0) }
        return known
    }
}
