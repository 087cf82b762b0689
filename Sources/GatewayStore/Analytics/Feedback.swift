// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// What somebody thinks of an answer that he got.
package struct Feedback: Sendable {
    package var traceID: String
    /// -10 to 10.
    package var value: Int
    /// 0 to 1.
    package var weight: Double
    /// Raw JSON, an object.
    package var metadata: [UInt8]?

    package init(traceID: String, value: Int, weight: Double = 1, metadata: [UInt8]? = nil) {
        self.traceID = traceID
        self.value = value
        self.weight = weight
        self.metadata = metadata
    }

    /// Weights are kept in millionths, so that they add up without an error.
    fileprivate var millionths: Int { Int((min(max(weight, 0), 1) * 1_000_000).rounded()) }
}

extension GatewayStore {
    /// Keeps feedback, all or none of it, and counts it to the latest call of its trace: to the hour of that call and to all of
    /// its groups.
    /// - Parameter uid: whose calls they must be; nil for anybody's.
    /// - Returns: the ids, in the same order.
    /// - Throws: `not_found` for a trace without a call.
    package func add(_ feedback: [Feedback], of uid: UInt32?) async throws(GatewayFailure) -> [Int] {
        let now = wallMilliseconds()
        // The call that it is about has often just ended.
        try await flush()
        return try await write { connection in
            var ids: [Int] = []
            for one in feedback { ids.append(try FeedbackTable.add(one, of: uid, now: now, connection)) }
            return ids
        }
    }
}

enum FeedbackTable {
    fileprivate static func add(_ feedback: Feedback, of uid: UInt32?, now: Int, _ connection: SQLiteConnection) throws -> Int {
        let select = try connection.statement(
            """
            SELECT \(RolledCall.columns) FROM call WHERE trace_id = ?1 AND (?2 IS NULL OR uid = ?2) ORDER BY id DESC LIMIT 1
            """)
        select.bind(1, feedback.traceID)
        select.bind(2, uid.map { Int($0) })
        defer { select.reset() }
        guard try select.step() else {
            throw GatewayFailure(
                .notFound, "The log has no call of yours in the trace \(feedback.traceID): a reply's gateway.trace_id names one.")
        }
        let call = RolledCall(select)
        var cell = RollupCell()
        add(feedback.value, feedback.millionths, to: &cell)
        if try !hasFeedback(call.id, connection) { cell[.feedbackRequests] = 1 }
        var accumulator = RollupAccumulator()
        accumulator.add(cell, to: call)
        var table = RollupTable()
        try table.add(accumulator, connection)
        return try insert(feedback, call: call.id, uid: call.values[RollupDimension.uid.rawValue - 1], now: now, connection)
    }

    fileprivate static func add(_ value: Int, _ millionths: Int, to cell: inout RollupCell) {
        cell[.feedback] &+= 1
        cell[.feedbackWeight] &+= millionths
        cell[.feedbackWeighted] &+= value &* millionths
        cell.feedbackScores.add(value + 10)
    }

    private static func hasFeedback(_ call: Int, _ connection: SQLiteConnection) throws(SQLiteError) -> Bool {
        let select = try connection.statement("SELECT 1 FROM feedback WHERE call = ?1 LIMIT 1")
        select.bind(1, call)
        defer { select.reset() }
        return try select.step()
    }

    private static func insert(_ feedback: Feedback, call: Int, uid: String?, now: Int, _ connection: SQLiteConnection)
        throws(SQLiteError) -> Int
    {
        let insert = try connection.statement(
            """
            INSERT INTO feedback (call, trace_id, uid, value, weight, metadata, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        insert.bind(1, call)
        insert.bind(2, feedback.traceID)
        insert.bind(3, uid.flatMap { Int($0) } ?? 0)
        insert.bind(4, feedback.value)
        insert.bind(5, feedback.millionths)
        insert.bind(6, feedback.metadata.map { String(decoding: $0, as: UTF8.self) })
        insert.bind(7, now)
        try insert.run()
        return connection.lastInsertedID
    }
}

/// What was said of single calls, for a query that looks at the rows.
struct FeedbackOfCall {
    private let select: SQLiteStatement

    /// Nil where no metric asks for it.
    init?(_ connection: SQLiteConnection, _ metrics: [AnalyticsMetric]) throws(SQLiteError) {
        let asking: Set<AnalyticsMetric> = [.feedback, .feedbackByValue, .feedbackAverage, .feedbackRequests]
        guard metrics.contains(where: asking.contains) else { return nil }
        select = try connection.statement("SELECT value, weight FROM feedback WHERE call = ?1")
    }

    func cell(of call: Int) throws(SQLiteError) -> RollupCell? {
        select.bind(1, call)
        defer { select.reset() }
        guard try select.step() else { return nil }
        var cell = RollupCell()
        repeat { FeedbackTable.add(select.int(0) ?? 0, select.int(1) ?? 0, to: &cell) } while try select.step()
        cell[.feedbackRequests] = 1
        return cell
    }
}
