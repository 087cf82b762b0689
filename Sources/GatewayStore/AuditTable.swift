// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// The audit log's table. What writes runs on the writer's thread, inside of a transaction: the chain has one writer, and an
/// entry is written with what it tells of or not at all.
enum AuditTable {
    static let columns = "format, id, at, kind, uid, gid, pid, executable, unit, container, subject, detail, previous, hash"
    private static let insert =
        "INSERT INTO audit (\(columns)) VALUES (\(Array(repeating: "?", count: 14).joined(separator: ",")))"

    /// Adds the next entry and moves the head to it.
    ///
    /// A head that was damaged is not mended: the entry goes behind the last one there is, with what the head says as the hash
    /// before it, and so verifying finds the place.
    /// - Parameter now: milliseconds since 1970, UTC.
    static func append(_ event: AuditEvent, _ connection: SQLiteConnection, now: Int) throws(SQLiteError) {
        let head = try head(connection) ?? .empty
        let last = try connection.integer("SELECT max(id) FROM audit")
        let id = max(head.entries, last) &+ 1
        let values = values(event, id: id, at: now, after: head.hash)
        let hash = AuditHash.hash(values)
        let statement = try connection.statement(insert)
        for (index, value) in (values + [.blob(hash)]).enumerated() { statement.bind(Int32(index + 1), value) }
        try statement.run()
        let move = try connection.statement("INSERT OR REPLACE INTO audit_head (only, entries, hash) VALUES (1, ?1, ?2)")
        move.bind(1, id)
        move.bind(2, blob: hash)
        try move.run()
    }

    /// What the log's record of its end says; nil where that is gone.
    static func head(_ connection: SQLiteConnection) throws(SQLiteError) -> AuditHead? {
        let statement = try connection.statement("SELECT entries, hash FROM audit_head WHERE only = 1")
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return AuditHead(entries: statement.int(0) ?? 0, hash: statement.bytes(1) ?? [])
    }

    /// All columns but the hash.
    private static func values(_ event: AuditEvent, id: Int, at now: Int, after previous: [UInt8]) -> [AuditValue] {
        let actor = event.actor
        return [
            .integer(AuditHash.format), .integer(id), .integer(now), .text(Array(event.kind.rawValue.utf8)),
            integer(actor?.uid), integer(actor?.gid), integer(actor?.pid), text(actor?.executable), text(actor?.unit),
            text(actor?.container), .text(Array(event.subject.utf8)), .text(Array(event.detail.utf8)), .blob(previous),
        ]
    }

    private static func integer(_ value: (some FixedWidthInteger)?) -> AuditValue { value.map { .integer(Int($0)) } ?? .null }
    private static func text(_ value: String?) -> AuditValue { value.map { .text(Array($0.utf8)) } ?? .null }

    /// The row that `statement` stands on, exactly as it is stored; its columns are `columns`.
    static func storedRow(_ statement: SQLiteStatement) -> (id: Int, previous: [UInt8], hash: [UInt8], values: [AuditValue]) {
        var values: [AuditValue] = []
        values.reserveCapacity(13)
        for column in 0..<13 as Range<Int32> {
            switch column {
            case 0, 1, 2, 4, 5, 6: values.append(statement.int(column).map { .integer($0) } ?? .null)
            case 12: values.append(.blob(statement.bytes(column) ?? []))
            default: values.append(statement.bytes(column).map { .text($0) } ?? .null)
            }
        }
        return (statement.int(1) ?? 0, statement.bytes(12) ?? [], statement.bytes(13) ?? [], values)
    }

    /// The same row for a reader.
    static func entry(_ statement: SQLiteStatement) -> AuditEntry {
        let actor = statement.int(4).map { uid in
            PeerIdentity(
                pid: Int32(truncatingIfNeeded: statement.int(6) ?? 0), uid: UInt32(truncatingIfNeeded: uid),
                gid: UInt32(truncatingIfNeeded: statement.int(5) ?? 0), executable: statement.text(7), unit: statement.text(8),
                container: statement.text(9))
        }
        return AuditEntry(
            id: statement.int(1) ?? 0, atMilliseconds: statement.int(2) ?? 0, kind: statement.text(3) ?? "", actor: actor,
            subject: statement.text(10) ?? "", detail: statement.text(11) ?? "", hash: statement.bytes(13) ?? [])
    }
}

extension SQLiteStatement {
    fileprivate func bind(_ index: Int32, _ value: AuditValue) {
        switch value {
        case .null: bindNull(index)
        case .integer(let number): bind(index, number)
        case .text(let text): bind(index, text: text)
        case .blob(let blob): bind(index, blob: blob)
        }
    }
}

extension GatewayStore {
    /// Writes what the audit log is to keep of a change, in the transaction of the change.
    func record(_ event: AuditEvent?, _ connection: SQLiteConnection) throws(SQLiteError) {
        if let event { try AuditTable.append(event, connection, now: wallMilliseconds()) }
    }
}
