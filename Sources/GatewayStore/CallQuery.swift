// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// One row of the log, with the number that the database gave it; a later row has a higher one.
package struct StoredCall: Sendable {
    package var id: Int
    package var record: CallRecord
}

/// Rows of the log, newest first, and where the next page starts.
package struct CallPage: Sendable {
    /// Fewer than were asked for at the end, and where too many rows had to be looked at for more.
    package var calls: [StoredCall]
    /// Opaque to callers; nil at the end.
    package var nextCursor: String?
}

/// Which rows of the log are asked for: those that match everything that is set.
package struct CallFilter: Sendable {
    package enum Value: Sendable, Equatable {
        case text(String), integer(Int), real(Double), bool(Bool)
    }
    package var virtualKey: String?
    package var provider: String?
    /// The model asked for, or the one that answered.
    package var model: String?
    package var status: Int?
    package var traceID: String?
    package var method: String?
    package var errorName: String?
    package var stream: Bool?
    package var uid: UInt32?
    package var unit: String?
    package var policy: String?
    package var config: String?
    /// The end user.
    package var user: String?
    /// As `CacheStatus` has it.
    package var cacheStatus: String?
    /// Top-level keys of the call's metadata and their values.
    package var metadata: [(key: String, value: Value)] = []
    /// Calls that started at this instant or later.
    package var from: Timestamp?
    /// Calls that started before this instant.
    package var to: Timestamp?

    package init() {}
}

extension GatewayStore {
    /// Rows that one page looks at, at most.
    static let mostRowsLookedAt = 100_000

    /// - Parameter limit: 1 to 1000.
    /// - Throws: `invalid_params` for a limit, cursor or metadata key that cannot be.
    package func calls(
        matching filter: CallFilter, limit: Int = 50, cursor: String? = nil
    ) async throws(GatewayFailure) -> CallPage {
        guard (1...1000).contains(limit) else { throw .invalidParams("limit", "'limit' is a number from 1 to 1000.") }
        let query = try CallQuery(filter)
        var last: Int?
        if let cursor {
            guard let id = Int(cursor, radix: 16) else {
                throw .wrongCursor("cursor")
            }
            last = id - 1
        }
        let top = last
        return try await read { connection in
            // A trace has an index.
            let ranges = filter.traceID != nil ? nil : try filter.ranges(connection)
            return try query.page(connection, in: ranges, upTo: top, limit: limit)
        }
    }

    /// The id of the last row; 0 for none.
    package func newestCall() async throws(GatewayFailure) -> Int {
        try await read { try $0.integer("SELECT max(id) FROM call") }
    }

    /// Rows behind one, the oldest first, and the row up to which all were looked at.
    package func calls(after id: Int, matching filter: CallFilter, limit: Int) async throws(GatewayFailure)
        -> (calls: [StoredCall], last: Int)
    {
        let query = try CallQuery(filter)
        return try await read { connection in
            let calls = try query.rows(connection, after: id, limit: limit)
            if calls.count == limit, let last = calls.last { return (calls, last.id) }
            return (calls, max(id, try connection.integer("SELECT max(id) FROM call")))
        }
    }

    /// - Throws: `not_found`.
    package func call(id: Int) async throws(GatewayFailure) -> StoredCall {
        let page = try await read { connection in
            try CallQuery().page(connection, in: [id...id], upTo: nil, limit: 1)
        }
        guard let call = page.calls.first else { throw GatewayFailure(.notFound, "The log has no row \(id).") }
        return call
    }
}

/// A query over the log, put together condition by condition. Text from outside goes into parameters only.
struct CallQuery {
    private var conditions: [String] = []
    private var values: [CallFilter.Value] = []

    private mutating func add(_ condition: String, _ values: CallFilter.Value...) {
        conditions.append(condition)
        self.values += values
    }

    init() {}

    init(_ filter: CallFilter) throws(GatewayFailure) { try add(filter) }

    private mutating func add(_ filter: CallFilter) throws(GatewayFailure) {
        if let key = filter.virtualKey { add("virtual_key = ?", .text(key)) }
        if let provider = filter.provider { add("provider = ?", .text(provider)) }
        if let model = filter.model { add("(model = ? OR response_model = ?)", .text(model), .text(model)) }
        if let status = filter.status { add("status = ?", .integer(status)) }
        if let traceID = filter.traceID { add("trace_id = ?", .text(traceID)) }
        if let method = filter.method { add("method = ?", .text(method)) }
        if let name = filter.errorName { add("error = ?", .text(name)) }
        if let stream = filter.stream { add("stream = ?", .bool(stream)) }
        if let uid = filter.uid { add("uid = ?", .integer(Int(uid))) }
        if let unit = filter.unit { add("unit = ?", .text(unit)) }
        if let policy = filter.policy { add("policy = ?", .text(policy)) }
        if let config = filter.config { add("config = ?", .text(config)) }
        if let user = filter.user { add("user = ?", .text(user)) }
        if let status = filter.cacheStatus { add("coalesce(cache_status, 'DISABLED') = ?", .text(status)) }
        if let from = filter.from { add("started_at >= ?", .integer(from.milliseconds)) }
        if let to = filter.to { add("started_at < ?", .integer(to.milliseconds)) }
        for (key, value) in filter.metadata {
            // A path's quoted key ends at the next quote; SQLite knows no escape in it.
            guard !key.isEmpty, !key.utf8.contains(UInt8(ascii: "\"")), !key.utf8.contains(UInt8(ascii: "\\")) else {
                throw .invalidParams("filter.metadata.\(key)", "A metadata key to filter by has no quotes and no backslashes.")
            }
            add("CASE WHEN json_valid(metadata) THEN json_extract(metadata, ?) END = ?", .text("$.\"\(key)\""), value)
        }
    }

    /// Rows of these ranges of ids, which come the latest first; nil for the whole log.
    /// - Parameter patience: rows to look at, at most.
    func page(
        _ connection: SQLiteConnection, in ranges: [ClosedRange<Int>]?, upTo top: Int?, limit: Int,
        patience: Int = GatewayStore.mostRowsLookedAt
    ) throws(SQLiteError) -> CallPage {
        let statement = try statement(connection)
        var calls: [StoredCall] = []
        guard let ranges else {
            // Not filtered, or by what has an index.
            try add(to: &calls, statement, 0, top ?? Int.max, limit + 1)
            return page(of: calls, limit) ?? CallPage(calls: calls, nextCursor: nil)
        }
        var patience = patience
        for range in ranges {
            let upper = min(range.upperBound, top ?? Int.max)
            if upper < range.lowerBound { continue }
            let lower = max(range.lowerBound, upper - patience + 1)
            try add(to: &calls, statement, lower, upper, limit + 1 - calls.count)
            if let full = page(of: calls, limit) { return full }
            patience -= upper - lower + 1
            if patience <= 0 { return CallPage(calls: calls, nextCursor: cursor(lower)) }
        }
        return CallPage(calls: calls, nextCursor: nil)
    }

    /// A page that is full, when one more row was found than it takes.
    private func page(of calls: [StoredCall], _ limit: Int) -> CallPage? {
        calls.count > limit ? CallPage(calls: Array(calls.prefix(limit)), nextCursor: cursor(calls[limit - 1].id)) : nil
    }

    private func cursor(_ id: Int) -> String { String(id, radix: 16) }

    /// Rows behind one, the oldest first.
    func rows(_ connection: SQLiteConnection, after id: Int, limit: Int) throws(SQLiteError) -> [StoredCall] {
        let statement = try statement(connection, order: "ASC")
        var calls: [StoredCall] = []
        try add(to: &calls, statement, id + 1, Int.max, limit)
        return calls
    }

    private func text(order: String = "DESC") -> String {
        let condition = (conditions + ["id BETWEEN ? AND ?"]).joined(separator: " AND ")
        return "SELECT id, \(CallTable.columns) FROM call WHERE \(condition) ORDER BY id \(order) LIMIT ?"
    }

    /// How the database would go about it, in its own words.
    static func plan(_ connection: SQLiteConnection, _ filter: CallFilter) throws -> String {
        let statement = try connection.uncachedStatement("EXPLAIN QUERY PLAN " + (try CallQuery(filter)).text())
        var lines: [String] = []
        while try statement.step() { lines.append(statement.text(3) ?? "") }
        return lines.joined(separator: "; ")
    }

    private func statement(_ connection: SQLiteConnection, order: String = "DESC") throws(SQLiteError) -> SQLiteStatement {
        let statement = try connection.uncachedStatement(text(order: order))
        for (index, value) in values.enumerated() {
            let index = Int32(index + 1)
            switch value {
            case .text(let text): statement.bind(index, text)
            case .integer(let value): statement.bind(index, value)
            case .real(let value): statement.bind(index, value)
            case .bool(let value): statement.bind(index, value ? 1 : 0)
            }
        }
        return statement
    }

    private func add(
        to calls: inout [StoredCall], _ statement: SQLiteStatement, _ lower: Int, _ upper: Int, _ limit: Int
    ) throws(SQLiteError) {
        let index = Int32(values.count)
        statement.bind(index + 1, lower)
        statement.bind(index + 2, upper)
        statement.bind(index + 3, limit)
        while try statement.step() {
            calls.append(StoredCall(id: statement.int(0) ?? 0, record: CallTable.record(statement, first: 1)))
        }
        statement.reset()
    }
}

extension CallFilter {
    /// Where the rows lie that may match, see `CallRanges`; nil where nothing narrows it down.
    fileprivate func ranges(_ connection: SQLiteConnection) throws(SQLiteError) -> [ClosedRange<Int>]? {
        var constraints: [CallRanges.Constraint] = []
        func add(_ value: String?, _ dimensions: RollupDimension...) {
            if let value { constraints.append(CallRanges.Constraint(dimensions.map { RollupSeries($0) }, value)) }
        }
        add(virtualKey, .virtualKey)
        add(provider, .provider)
        add(model, .responseModel, .model)
        add(status.map(String.init), .status)
        add(method, .method)
        add(errorName, .error)
        add(stream.map(String.init), .stream)
        add(uid.map { String($0) }, .uid)
        add(unit, .unit)
        add(policy, .policy)
        add(config, .config)
        add(cacheStatus, .cacheStatus)
        if let user { constraints.append(CallRanges.Constraint([.user], user)) }
        let keys = metadata.isEmpty ? [:] : try RollupTable.metadataSeries(connection)
        for case (let key, .text(let text)) in metadata {
            // Of a key too many, or of one that was cut, nothing is known.
            if let series = keys[bounded(key)] { constraints.append(CallRanges.Constraint([series], text)) }
        }
        if constraints.isEmpty, from == nil, to == nil { return nil }
        return try CallRanges.find(constraints, hours: hours, connection)
    }

    private var hours: Range<Int> {
        let first = RollupStep.hour.slot(of: from?.milliseconds ?? 0)
        let last = to.map { RollupStep.hour.slot(of: $0.milliseconds) + 1 } ?? RollupCellID.lastSlot
        return first..<max(first, last)
    }
}
