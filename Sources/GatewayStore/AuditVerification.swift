// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// What reading the whole audit log has shown.
package struct AuditVerdict: Sendable, Equatable {
    /// Entries that were read and are as they were written, in an unbroken chain from the first one.
    package var entries: Int
    /// The hash of the last of them. Kept elsewhere, it proves later that the log still has all that it had.
    package var head: [UInt8]
    package var isValid: Bool { reason == nil }
    /// The first entry that was changed, is missing, or does not belong there; nil where it is not an entry that is wrong.
    package var firstBadID: Int?
    /// What is wrong with it.
    package var reason: String?
}

/// Follows the chain, entry by entry.
struct AuditChain {
    private(set) var head = AuditHead.empty
    private(set) var fault: (id: Int?, reason: String)?
    /// The hash that must be somewhere in the chain.
    private let expected: [UInt8]?
    private var hasExpected: Bool

    init(expecting expected: [UInt8]?) {
        self.expected = expected
        hasExpected = expected == nil || expected == AuditHead.empty.hash
    }

    /// - Returns: false at the first entry that is wrong.
    mutating func follow(_ statement: SQLiteStatement) -> Bool {
        let row = AuditTable.storedRow(statement)
        let next = head.entries + 1
        if row.id > next { return fail(next, "entry \(next) is missing") }
        if row.id < next { return fail(row.id, "entry \(row.id) does not belong there: entries count from 1") }
        if row.previous != head.hash {
            return fail(next, "entry \(next) does not follow the one before it: one of the two was changed or put in its place")
        }
        if row.hash != AuditHash.hash(row.values) { return fail(next, "entry \(next) was changed after it was written") }
        head = AuditHead(entries: next, hash: row.hash)
        if row.hash == expected { hasExpected = true }
        return true
    }

    /// The last entry was read: does the log's own record of its end say the same?
    mutating func end(_ stored: AuditHead?) {
        guard let stored else {
            if head.entries > 0 { _ = fail(nil, "the record of the log's end is missing") }
            return
        }
        if stored.entries > head.entries {
            let next = head.entries + 1
            _ = fail(next, "entry \(next) is missing: the log had \(stored.entries) entries and was cut off")
        } else if stored.entries < head.entries {
            let next = stored.entries + 1
            _ = fail(next, "entry \(next) was added by something else: the log's own count is \(stored.entries)")
        } else if stored.hash != head.hash {
            _ = fail(nil, "the record of the log's end was changed: it names another hash than the last entry's")
        }
    }

    private mutating func fail(_ id: Int?, _ reason: String) -> Bool {
        fault = (id, reason)
        return false
    }

    var verdict: AuditVerdict {
        var verdict = AuditVerdict(entries: head.entries, head: head.hash, firstBadID: fault?.id, reason: fault?.reason)
        if fault == nil, !hasExpected {
            verdict.reason =
                "no entry has the hash that was expected: the log was replaced, or written anew from an earlier entry on"
        }
        return verdict
    }
}

extension GatewayStore {
    /// Reads the whole audit log, a slice at a time so that other queries get their turn, and tells whether it is as it was
    /// written.
    /// - Parameter expected: a hash that `verifyAudit` gave earlier as the head.
    package func verifyAudit(expecting expected: [UInt8]? = nil) async throws(GatewayFailure) -> AuditVerdict {
        var chain = AuditChain(expecting: expected)
        var isAtEnd = false
        while !isAtEnd {
            let before = chain
            (chain, isAtEnd) = try await read { connection in
                var chain = before
                let isAtEnd = try Self.follow(&chain, connection)
                return (chain, isAtEnd)
            }
        }
        return chain.verdict
    }

    private static let slice = 10_000

    /// - Returns: whether there is nothing more to read.
    private static func follow(_ chain: inout AuditChain, _ connection: SQLiteConnection) throws(SQLiteError) -> Bool {
        let statement = try connection.statement(
            "SELECT \(AuditTable.columns) FROM audit WHERE id > ?1 OR ?1 = 0 ORDER BY id LIMIT \(slice)")
        defer { statement.reset() }
        statement.bind(1, chain.head.entries)
        var count = 0
        while try statement.step() {
            count += 1
            if !chain.follow(statement) { return true }
        }
        if count == slice { return false }
        // In the same snapshot as the last entries.
        chain.end(try AuditTable.head(connection))
        return true
    }
}
