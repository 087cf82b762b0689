// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel

/// Which entries of the audit log are asked for: those that match everything that is set.
package struct AuditFilter: Sendable {
    package var kind: String?
    package var subject: String?
    package var uid: UInt32?
    /// Entries of this instant or later.
    package var from: Timestamp?
    /// Entries before this instant.
    package var to: Timestamp?

    package init() {}
}

/// Entries of the audit log, newest first, and where the next page starts.
package struct AuditPage: Sendable {
    package var entries: [AuditEntry]
    /// Opaque to callers; nil at the end.
    package var nextCursor: String?
}

extension GatewayStore {
    /// - Parameter limit: 1 to 1000.
    /// - Throws: `invalid_params` for a cursor that cannot be.
    package func auditEntries(
        matching filter: AuditFilter = AuditFilter(), limit: Int = 50, cursor: String? = nil
    ) async throws(GatewayFailure) -> AuditPage {
        var before = Int.max
        if let cursor {
            guard let id = Int(cursor, radix: 16) else {
                throw .wrongCursor("cursor")
            }
            before = id
        }
        let last = before
        let entries = try await read { connection in
            let statement = try connection.statement(
                """
                SELECT \(AuditTable.columns) FROM audit
                WHERE id < ?1 AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR subject = ?3) AND (?4 IS NULL OR uid = ?4)
                    AND (?5 IS NULL OR at >= ?5) AND (?6 IS NULL OR at < ?6)
                ORDER BY id DESC LIMIT ?7
                """)
            defer { statement.reset() }
            statement.bind(1, last)
            statement.bind(2, filter.kind)
            statement.bind(3, filter.subject)
            statement.bind(4, filter.uid.map(Int.init))
            statement.bind(5, filter.from?.milliseconds)
            statement.bind(6, filter.to?.milliseconds)
            statement.bind(7, limit + 1)
            var entries: [AuditEntry] = []
            while try statement.step() { entries.append(AuditTable.entry(statement)) }
            return entries
        }
        if entries.count <= limit { return AuditPage(entries: entries, nextCursor: nil) }
        return AuditPage(entries: Array(entries.prefix(limit)), nextCursor: String(entries[limit - 1].id, radix: 16))
    }

    /// Who has used which key since it was created, as the audit log tells it.
    package func loadKeyCallers() async throws(GatewayFailure) -> [KeyCaller] {
        try await read { connection in
            let statement = try connection.statement(
                """
                SELECT DISTINCT subject, uid, unit FROM audit AS used
                WHERE kind = 'key.first_used' AND uid IS NOT NULL AND id > coalesce(
                    (SELECT max(id) FROM audit WHERE kind = 'key.created' AND subject = used.subject), 0)
                """)
            defer { statement.reset() }
            var callers: [KeyCaller] = []
            while try statement.step() {
                callers.append(
                    KeyCaller(
                        key: statement.text(0) ?? "", uid: UInt32(truncatingIfNeeded: statement.int(1) ?? 0),
                        unit: statement.text(2)))
            }
            return callers
        }
    }
}
