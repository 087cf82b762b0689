// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// What SQLite says of a failed call.
package struct SQLiteError: Error, Sendable {
    /// The extended result code.
    package let code: Int32
    package let message: String

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    var primaryCode: Int32 { code & 0xFF }
}

/// One connection, opened without SQLite's own locks: it belongs to one thread at a time.
package final class SQLiteConnection {
    private let handle: OpaquePointer
    private var isClosed = false
    private var cached: [String: SQLiteStatement] = [:]

    /// - Parameter path: a file that exists; an empty one becomes a database.
    init(path: String, queryOnly: Bool) throws(SQLiteError) {
        _ = Self.quiet
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let message = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
            sqlite3_close_v2(handle)
            throw SQLiteError(code: code, message: message)
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, 5000)
        // Small caches: the kernel has the pages anyway, and the daemon is to stay small.
        try execute(
            """
            PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0;
            PRAGMA cache_size = \(queryOnly ? -256 : -512);
            PRAGMA temp_store = MEMORY; PRAGMA query_only = \(queryOnly ? "ON" : "OFF");
            """)
    }

    /// Runs statements that have no parameters and whose rows, if any, are of no interest.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw error(code) }
    }

    /// A statement of this text, compiled at its first use and kept. There is one of each text: a use of it that still runs is
    /// ended.
    package func statement(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        if let statement = cached[sql] {
            statement.reset()
            return statement
        }
        let statement = try compile(sql, UInt32(SQLITE_PREPARE_PERSISTENT))
        cached[sql] = statement
        return statement
    }

    /// A statement that is compiled for one use, for texts that are put together.
    package func uncachedStatement(_ sql: String) throws(SQLiteError) -> SQLiteStatement { try compile(sql, 0) }

    private func compile(_ sql: String, _ flags: UInt32) throws(SQLiteError) -> SQLiteStatement {
        var compiled: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, flags, &compiled, nil)
        guard code == SQLITE_OK, let compiled else { throw error(code) }
        return SQLiteStatement(compiled)
    }

    /// The first column of a statement's first row, as a whole number; 0 when there is none.
    package func integer(_ sql: String) throws(SQLiteError) -> Int {
        let statement = try statement(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.int(0) ?? 0 : 0
    }

    /// The first column of a statement's first row, as text; nil when there is none.
    package func text(_ sql: String) throws(SQLiteError) -> String? {
        let statement = try statement(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.text(0) : nil
    }

    /// Rows that the last statement inserted, changed or deleted.
    package var changes: Int { Int(sqlite3_changes64(handle)) }

    package var lastInsertedID: Int { Int(sqlite3_last_insert_rowid(handle)) }

    /// False outside of a transaction, also when an error has rolled it back by itself.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    private func error(_ code: Int32) -> SQLiteError { SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle))) }

    /// SQLite's memory accounting takes a process-wide lock at each allocation, and nobody reads it.
    private static let quiet = wicket_sqlite_disable_memory_status()

    /// Ends the connection. It must not be used afterwards.
    func close() {
        if isClosed { return }
        isClosed = true
        cached.removeAll()
        sqlite3_close_v2(handle)
    }

    deinit { close() }
}
