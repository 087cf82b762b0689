// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// One row of the log, with the number that the database gave it; a later row has a higher one.
package struct StoredCall: Sendable {
    package var id: Int
    package var record: CallRecord
}

/// Rows of the log, newest first, and where the next page starts.
package struct CallPage: Sendable {
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
    /// Top-level keys of the call's metadata and their values.
    package var metadata: [(key: String, value: Value)] = []
    /// Calls that started at this instant or later.
    package var from: Timestamp?
    /// Calls that started before this instant.
    package var to: Timestamp?

    package init() {}
}

extension GatewayStore {
    /// - Parameter limit: 1 to 1000.
    /// - Throws: `invalid_params` for a limit, cursor or metadata key that cannot be.
    package func calls(
        matching filter: CallFilter, limit: Int = 50, cursor: String? = nil
    ) async throws(GatewayFailure) -> CallPage {
        guard (1...1000).contains(limit) else { throw .invalidParams("limit", "'limit' is a number from 1 to 1000.") }
        var query = CallQuery()
        try query.add(filter)
        if let cursor {
            guard let id = Int(cursor, radix: 16) else {
                throw .wrongCursor("cursor")
            }
            query.add("id < ?", .integer(id))
        }
        let (sql, values) = query.statement(limit: limit + 1)
        let calls = try await read { try CallQuery.run($0, sql, values) }
        if calls.count <= limit { return CallPage(calls: calls, nextCursor: nil) }
        return CallPage(calls: Array(calls.prefix(limit)), nextCursor: String(calls[limit - 1].id, radix: 16))
    }

    /// - Throws: `not_found`.
    package func call(id: Int) async throws(GatewayFailure) -> StoredCall {
        var query = CallQuery()
        query.add("id = ?", .integer(id))
        let (sql, values) = query.statement(limit: 1)
        guard let call = try await read({ try CallQuery.run($0, sql, values) }).first else {
            throw GatewayFailure(.notFound, "The log has no row \(id).")
        }
        return call
    }
}

/// A query over the log, put together condition by condition. Text from outside goes into parameters only.
private struct CallQuery {
    private var conditions: [String] = []
    private var values: [CallFilter.Value] = []

    mutating func add(_ condition: String, _ values: CallFilter.Value...) {
        conditions.append(condition)
        self.values += values
    }

    mutating func add(_ filter: CallFilter) throws(GatewayFailure) {
        if let key = filter.virtualKey { add("virtual_key = ?", .text(key)) }
        if let provider = filter.provider { add("provider = ?", .text(provider)) }
        if let model = filter.model { add("(model = ? OR response_model = ?)", .text(model), .text(model)) }
        if let status = filter.status { add("status = ?", .integer(status)) }
        if let traceID = filter.traceID { add("trace_id = ?", .text(traceID)) }
        if let method = filter.method { add("method = ?", .text(method)) }
        if let name = filter.errorName { add("error = ?", .text(name)) }
        if let stream = filter.stream { add("stream = ?", .bool(stream)) }
        if let uid = filter.uid { add("uid = ?", .integer(Int(uid))) }
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

    func statement(limit: Int) -> (sql: String, values: [CallFilter.Value]) {
        let condition = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        return ("SELECT id, \(CallTable.columns) FROM call \(condition) ORDER BY id DESC LIMIT \(limit)", values)
    }

    static func run(_ connection: SQLiteConnection, _ sql: String, _ values: [CallFilter.Value]) throws(SQLiteError)
        -> [StoredCall]
    {
        let statement = try connection.uncachedStatement(sql)
        for (index, value) in values.enumerated() {
            let index = Int32(index + 1)
            switch value {
            case .text(let text): statement.bind(index, text)
            case .integer(let value): statement.bind(index, value)
            case .real(let value): statement.bind(index, value)
            case .bool(let value): statement.bind(index, value ? 1 : 0)
            }
        }
        var calls: [StoredCall] = []
        while try statement.step() {
            calls.append(StoredCall(id: statement.int(0) ?? 0, record: CallTable.record(statement, first: 1)))
        }
        return calls
    }
}
