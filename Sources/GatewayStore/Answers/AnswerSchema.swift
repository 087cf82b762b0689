// SPDX-License-Identifier: Apache-2.0
import CSQLite
import GatewayModel
import Glibc

/// The file of the cache. It can be made again from nothing at any time, so it has no history: a file of another version, or one
/// that is damaged, is thrown away.
enum AnswerSchema {
    static let version = 1
    static let pageSize = 4096

    /// `used_at` (seconds) alone is in no checksum: it says what goes first, no more.
    private static let tables = """
        CREATE TABLE answer (
            id INTEGER PRIMARY KEY,
            key BLOB NOT NULL UNIQUE,
            scope TEXT NOT NULL,
            namespace TEXT,
            operation TEXT NOT NULL,
            provider TEXT NOT NULL,
            response_model TEXT,
            trace_id TEXT NOT NULL,
            input_tokens INTEGER,
            output_tokens INTEGER,
            cache_read_input_tokens INTEGER,
            cache_creation_input_tokens INTEGER,
            reasoning_output_tokens INTEGER,
            stored_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            used_at INTEGER NOT NULL,
            has_prompt INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX answer_expiry ON answer (expires_at, has_prompt);
        CREATE INDEX answer_use ON answer (used_at);
        CREATE TABLE prompt (
            id INTEGER PRIMARY KEY REFERENCES answer (id) ON DELETE CASCADE,
            key BLOB NOT NULL,
            partition BLOB NOT NULL,
            embedder TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            scale INTEGER NOT NULL,
            vector BLOB NOT NULL,
            domain TEXT NOT NULL,
            text TEXT NOT NULL,
            checksum INTEGER NOT NULL,
            floor INTEGER NOT NULL,
            confirmed INTEGER NOT NULL,
            refuted INTEGER NOT NULL,
            learned_checksum INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE false_hits (
            domain TEXT PRIMARY KEY,
            verified INTEGER NOT NULL,
            refuted INTEGER NOT NULL,
            is_stopped INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;
        """

    /// Opens the file for writing, as a new one if it is none of this version.
    /// - Throws: `SQLiteError` or `GatewayFailure`.
    static func open(_ path: String, _ options: AnswerStoreOptions) throws -> (connection: SQLiteConnection, isNew: Bool) {
        try makePrivateFile(path)
        let connection = try SQLiteConnection(path: path, queryOnly: false)
        do {
            try connection.execute(
                "PRAGMA page_size = \(pageSize); PRAGMA auto_vacuum = INCREMENTAL; PRAGMA cell_size_check = ON")
            guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
                throw GatewayFailure(.internalError, "The file system of \(path) cannot hold the cache; use a local one.")
            }
            try connection.execute(
                """
                PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 4194304; PRAGMA cache_size = -2048;
                PRAGMA max_page_count = \(options.maximumPages)
                """)
            let found = try connection.integer("PRAGMA user_version")
            let isEmpty = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
            if found == version, !isEmpty { return (connection, false) }
            guard isEmpty else { throw SQLiteError(code: SQLITE_NOTADB, message: "schema \(found)") }
            try connection.execute("BEGIN IMMEDIATE; \(tables) PRAGMA user_version = \(version); COMMIT;")
            return (connection, true)
        } catch {
            connection.close()
            throw error
        }
    }

    /// Takes the file away, and what SQLite has beside it.
    static func delete(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }
}

extension SQLiteError {
    /// Whether the file itself is wrong. The statements are right and the rows are ours, so that is whatever the disk, the memory
    /// and other processes cannot be blamed for.
    var isDamage: Bool {
        switch primaryCode {
        case SQLITE_FULL, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_INTERRUPT,
            SQLITE_PERM, SQLITE_AUTH, SQLITE_PROTOCOL, SQLITE_NOLFS, SQLITE_TOOBIG:
            false
        // Fewer bytes than there must be (`SHORT_READ`), or the file system's own word for damage (`CORRUPTFS`).
        case SQLITE_IOERR: code == SQLITE_IOERR | 2 << 8 || code == SQLITE_IOERR | 33 << 8
        default: true
        }
    }
}
