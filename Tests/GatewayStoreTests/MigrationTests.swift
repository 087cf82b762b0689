// SPDX-License-Identifier: Apache-2.0
import CSQLite
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

struct MigrationTests {
    /// A database as the first step alone left it, made by SQLite itself.
    private func makeDatabase(_ path: String, _ sql: String) throws {
        var handle: OpaquePointer?
        #expect(sqlite3_open(path, &handle) == SQLITE_OK)
        #expect(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
        sqlite3_close(handle)
    }

    private func withDirectory(_ body: (StateDirectory, String) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(try StateDirectory(path), path + "/wicket.db")
    }

    /// The schema of version 1 as it was released; never to be changed.
    private static let version1 = """
        CREATE TABLE call (
            id INTEGER PRIMARY KEY, trace_id TEXT NOT NULL, span_id TEXT NOT NULL, started_at INTEGER NOT NULL,
            method TEXT NOT NULL,
            pid INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL, executable TEXT, unit TEXT, virtual_key TEXT,
            provider TEXT, model TEXT, response_model TEXT, target TEXT, status INTEGER NOT NULL, error TEXT,
            stream INTEGER NOT NULL,
            input_tokens INTEGER, output_tokens INTEGER, cache_read_input_tokens INTEGER, cache_creation_input_tokens INTEGER,
            reasoning_output_tokens INTEGER, attempts INTEGER NOT NULL, chunks INTEGER NOT NULL, latency_us INTEGER NOT NULL,
            upstream_us INTEGER, first_chunk_us INTEGER, cost_status TEXT NOT NULL, cost_nano_usd INTEGER, metadata TEXT
        ) STRICT;
        INSERT INTO call (trace_id, span_id, started_at, method, pid, uid, gid, status, stream, attempts, chunks, latency_us,
            cost_status) VALUES ('old', 's', 1, 'm', 1, 1, 1, 200, 0, 1, 0, 5, 'unpriced');
        PRAGMA user_version = 1;
        """

    @Test func `an older database is brought up to date and keeps its rows`() async throws {
        try await withDirectory { directory, path in
            try makeDatabase(path, Self.version1)
            let store = try GatewayStore(in: directory) { _, _ in }
            #expect(try await store.calls(matching: CallFilter()).calls.map(\.record.traceID) == ["old"])
            store.append(record("new"))
            try await store.flush()
            #expect(try await store.loadVault().isEmpty)
            #expect(try await store.read { try $0.integer("PRAGMA user_version") } >= 2)
            try await store.close()
        }
    }

    @Test func `opened again, a database is as it was`() async throws {
        try await withDirectory { directory, path in
            func schema(_ store: GatewayStore) async throws -> String? {
                try await store.read { try $0.text("SELECT group_concat(sql, ';') FROM sqlite_schema") }
            }
            let first = try GatewayStore(in: directory) { _, _ in }
            let before = try await schema(first)
            try await first.close()
            let second = try GatewayStore(in: directory) { _, _ in }
            #expect(try await schema(second) == before)
            try await second.close()
        }
    }

    @Test func `a newer database is refused and left as it is`() async throws {
        try await withDirectory { directory, path in
            try makeDatabase(path, "CREATE TABLE future (x); PRAGMA user_version = 99;")
            let failure = #expect(throws: GatewayFailure.self) { try GatewayStore(in: directory) { _, _ in } }
            #expect(failure?.message.contains("newer wicketd") == true)
            var handle: OpaquePointer?
            #expect(sqlite3_open(path, &handle) == SQLITE_OK)
            #expect(sqlite3_exec(handle, "SELECT x FROM future", nil, nil, nil) == SQLITE_OK)
            sqlite3_close(handle)
        }
    }

    @Test func `a file that is no database is refused and kept`() async throws {
        try await withDirectory { directory, path in
            let content = Data(String(repeating: "not a database ", count: 1000).utf8)
            try content.write(to: URL(fileURLWithPath: path))
            let failure = #expect(throws: GatewayFailure.self) { try GatewayStore(in: directory) { _, _ in } }
            #expect(failure?.message.contains(path) == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
        }
    }

    @Test func `a step that fails leaves the version before it`() async throws {
        try await withDirectory { directory, path in
            // The table that step 2 makes is in its way.
            try makeDatabase(path, Self.version1 + "CREATE TABLE virtual_key (x);")
            #expect(throws: GatewayFailure.self) { try GatewayStore(in: directory) { _, _ in } }
            var handle: OpaquePointer?
            #expect(sqlite3_open(path, &handle) == SQLITE_OK)
            var statement: OpaquePointer?
            #expect(sqlite3_prepare_v2(handle, "PRAGMA user_version", -1, &statement, nil) == SQLITE_OK)
            #expect(sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) == 1)
            sqlite3_finalize(statement)
            sqlite3_close(handle)
        }
    }
}
