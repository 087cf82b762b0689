// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// The schema as its history: each step brings a database from the version before it to its own. A step that was released is
/// never changed; a change is a new step at the end.
enum Migrations {
    static let steps = [
        callTable, virtualKeyTable, configTable, callDecisions, breakerTable, auditTable, vaultMaster, keyOwner, policyTable,
        callCache, callBooks, callTries, LedgerTable.schema, rollups,
    ]

    /// Brings the database to the newest version, each step in a transaction of its own.
    /// - Throws: a failure when the database is newer than this program.
    static func run(_ connection: SQLiteConnection, path: String) throws {
        let version = try connection.integer("PRAGMA user_version")
        guard version <= steps.count else {
            throw GatewayFailure(
                .internalError,
                "\(path) was written by a newer wicketd (schema \(version), this one knows \(steps.count)); run that one, "
                    + "or use another --state-dir.")
        }
        for (index, step) in steps.enumerated().dropFirst(version) {
            try connection.execute("BEGIN IMMEDIATE; \(step) PRAGMA user_version = \(index + 1); COMMIT;")
        }
    }

    private static let callTable = """
        CREATE TABLE call (
            id INTEGER PRIMARY KEY,
            trace_id TEXT NOT NULL,
            span_id TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            method TEXT NOT NULL,
            pid INTEGER NOT NULL,
            uid INTEGER NOT NULL,
            gid INTEGER NOT NULL,
            executable TEXT,
            unit TEXT,
            virtual_key TEXT,
            provider TEXT,
            model TEXT,
            response_model TEXT,
            target TEXT,
            status INTEGER NOT NULL,
            error TEXT,
            stream INTEGER NOT NULL,
            input_tokens INTEGER,
            output_tokens INTEGER,
            cache_read_input_tokens INTEGER,
            cache_creation_input_tokens INTEGER,
            reasoning_output_tokens INTEGER,
            attempts INTEGER NOT NULL,
            chunks INTEGER NOT NULL,
            latency_us INTEGER NOT NULL,
            upstream_us INTEGER,
            first_chunk_us INTEGER,
            cost_status TEXT NOT NULL,
            cost_nano_usd INTEGER,
            metadata TEXT
        ) STRICT;
        CREATE INDEX call_trace_id ON call (trace_id);
        """

    private static let virtualKeyTable = """
        CREATE TABLE virtual_key (
            name TEXT PRIMARY KEY,
            provider TEXT NOT NULL,
            base_url TEXT NOT NULL,
            origin TEXT NOT NULL,
            models TEXT,
            expires_at INTEGER,
            note TEXT NOT NULL,
            rate_limits TEXT NOT NULL,
            usage_limits TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            key_version INTEGER NOT NULL,
            master_key_id TEXT NOT NULL,
            wrapped_data_key BLOB NOT NULL,
            ciphertext BLOB NOT NULL,
            previous_key_version INTEGER,
            previous_master_key_id TEXT,
            previous_wrapped_data_key BLOB,
            previous_ciphertext BLOB,
            previous_until INTEGER,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            last_used_at INTEGER
        ) STRICT;
        """

    private static let configTable = """
        CREATE TABLE config (
            name TEXT NOT NULL,
            version INTEGER NOT NULL,
            json TEXT NOT NULL,
            digest TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (name, version)
        ) STRICT, WITHOUT ROWID;
        """

    private static let callDecisions = "ALTER TABLE call ADD COLUMN decisions TEXT;"

    private static let breakerTable = """
        CREATE TABLE breaker (
            provider TEXT NOT NULL,
            key TEXT NOT NULL,
            model TEXT NOT NULL,
            open_until INTEGER NOT NULL,
            remaining_ms INTEGER NOT NULL,
            multiple INTEGER NOT NULL,
            PRIMARY KEY (provider, key, model)
        ) STRICT, WITHOUT ROWID;
        """

    /// Append-only by the triggers, and shown to be by the hashes. `INSERT OR REPLACE` fires no trigger on what it deletes, so an
    /// id that is taken is refused too.
    private static let auditTable = """
        CREATE TABLE audit (
            format INTEGER NOT NULL,
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            uid INTEGER,
            gid INTEGER,
            pid INTEGER,
            executable TEXT,
            unit TEXT,
            container TEXT,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL,
            previous BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX audit_subject ON audit (subject, kind);
        CREATE TABLE audit_head (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            entries INTEGER NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        INSERT INTO audit_head (only, entries, hash) VALUES (1, 0, zeroblob(32));
        CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit
            BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_loses_none BEFORE DELETE ON audit
            BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_replaces_none BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
            BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
        """

    /// One row at most. Virtual keys of the envelope's first format keep NULL in their new columns until they are sealed anew.
    private static let vaultMaster = """
        CREATE TABLE vault_master (
            slot INTEGER PRIMARY KEY CHECK (slot = 1),
            id TEXT NOT NULL,
            source TEXT NOT NULL,
            salt BLOB,
            rounds INTEGER,
            block_size INTEGER,
            parallelism INTEGER,
            check_value BLOB NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        ALTER TABLE virtual_key ADD COLUMN id BLOB;
        ALTER TABLE virtual_key ADD COLUMN tag BLOB;
        """

    private static let keyOwner = """
        ALTER TABLE virtual_key ADD COLUMN owner_uid INTEGER;
        ALTER TABLE virtual_key ADD COLUMN owner_user TEXT;
        """

    private static let policyTable = """
        CREATE TABLE policy (
            name TEXT PRIMARY KEY,
            priority INTEGER NOT NULL,
            match TEXT NOT NULL,
            allow TEXT NOT NULL,
            deny TEXT NOT NULL,
            defaults TEXT NOT NULL,
            users TEXT NOT NULL,
            groups TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// No status is that no rule applied.
    private static let callCache = """
        ALTER TABLE call ADD COLUMN cache_status TEXT;
        ALTER TABLE call ADD COLUMN cache_entry TEXT;
        """

    private static let callBooks = """
        ALTER TABLE call ADD COLUMN parent_span_id TEXT;
        ALTER TABLE call ADD COLUMN span_name TEXT;
        ALTER TABLE call ADD COLUMN policy TEXT;
        ALTER TABLE call ADD COLUMN config TEXT;
        ALTER TABLE call ADD COLUMN user TEXT;
        ALTER TABLE call ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE call ADD COLUMN fallbacks INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE call ADD COLUMN queue_us INTEGER;
        ALTER TABLE call ADD COLUMN first_byte_us INTEGER;
        ALTER TABLE call ADD COLUMN request_bytes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE call ADD COLUMN response_bytes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE call ADD COLUMN price_digest TEXT;
        ALTER TABLE call ADD COLUMN saved_nano_usd INTEGER;
        """

    private static let callTries = """
        ALTER TABLE call ADD COLUMN tries TEXT;
        ALTER TABLE call ADD COLUMN cache_us INTEGER;
        """

    /// See `RollupTable`. What an older database has of calls is added up after the start.
    private static let rollups = """
        CREATE TABLE rollup (
            id INTEGER PRIMARY KEY,
            cell BLOB NOT NULL
        ) STRICT;
        CREATE TABLE rollup_group (
            id INTEGER PRIMARY KEY,
            series INTEGER NOT NULL,
            value TEXT NOT NULL,
            UNIQUE (series, value)
        ) STRICT;
        CREATE TABLE rollup_key (
            series INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE rollup_head (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            last_call INTEGER NOT NULL
        ) STRICT;
        INSERT INTO rollup_head (only, last_call) VALUES (1, 0);
        CREATE TABLE feedback (
            id INTEGER PRIMARY KEY,
            call INTEGER NOT NULL,
            trace_id TEXT NOT NULL,
            uid INTEGER NOT NULL,
            value INTEGER NOT NULL,
            weight INTEGER NOT NULL,
            metadata TEXT,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX feedback_call ON feedback (call);
        """
}
