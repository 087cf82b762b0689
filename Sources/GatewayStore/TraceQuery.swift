// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// What the log has of a trace, in figures.
package struct TraceSummary: Sendable, Equatable {
    package var traceID: String
    /// Of its latest call.
    package var name: String
    /// Milliseconds since 1970.
    package var startedAtMilliseconds: Int
    /// From the start of its first call to the end of its last.
    package var durationMicroseconds: Int
    package var requests: Int
    package var attempts: Int
    /// Requests that failed.
    package var errors: Int
}

/// Traces, the one with the latest call first, and where the next page starts.
package struct TracePage: Sendable {
    package var traces: [TraceSummary]
    /// Opaque to callers; nil at the end.
    package var nextCursor: String?
}

extension GatewayStore {
    /// Calls of one trace that are counted; a trace has no end, where somebody uses one name for all.
    private static var mostCalls: Int { 1000 }

    /// - Parameter limit: 1 to 1000.
    /// - Throws: `invalid_params` for a cursor that cannot be.
    package func traces(limit: Int, cursor: String?) async throws(GatewayFailure) -> TracePage {
        var before = Int.max
        if let cursor {
            guard let id = Int(cursor, radix: 16) else { throw .wrongCursor("cursor") }
            before = id
        }
        let start = before
        let found = try await read { connection in
            try Self.traces(connection, before: start, limit: limit + 1)
        }
        let page = found.prefix(limit)
        return TracePage(
            traces: page.map(\.trace), nextCursor: found.count > limit ? page.last.map { String($0.id, radix: 16) } : nil)
    }

    /// A trace stands where its latest call stands, so each is on one page only.
    private static func traces(
        _ connection: SQLiteConnection, before: Int, limit: Int
    ) throws(SQLiteError) -> [(id: Int, trace: TraceSummary)] {
        let latest = try connection.uncachedStatement(
            """
            SELECT id, trace_id, coalesce(span_name, method) FROM call AS c WHERE id < ? AND NOT EXISTS
                (SELECT 1 FROM call AS later WHERE later.trace_id = c.trace_id AND later.id > c.id)
            ORDER BY id DESC LIMIT ?
            """)
        latest.bind(1, before)
        latest.bind(2, limit)
        var traces: [(id: Int, trace: TraceSummary)] = []
        while try latest.step() {
            let trace = latest.text(1) ?? ""
            traces.append((latest.int(0) ?? 0, try summary(connection, of: trace, name: latest.text(2) ?? "")))
        }
        return traces
    }

    private static func summary(
        _ connection: SQLiteConnection, of trace: String, name: String
    ) throws(SQLiteError) -> TraceSummary {
        let statement = try connection.uncachedStatement(
            """
            SELECT min(started_at), max(started_at * 1000 + latency_us), count(*), sum(attempts), count(error) FROM
                (SELECT started_at, latency_us, attempts, error FROM call WHERE trace_id = ? ORDER BY id DESC LIMIT ?)
            """)
        statement.bind(1, trace)
        statement.bind(2, mostCalls)
        _ = try statement.step()
        let start = statement.int(0) ?? 0
        return TraceSummary(
            traceID: trace, name: name, startedAtMilliseconds: start,
            durationMicroseconds: max(0, (statement.int(1) ?? 0) - start * 1000), requests: statement.int(2) ?? 0,
            attempts: statement.int(3) ?? 0, errors: statement.int(4) ?? 0)
    }
}
