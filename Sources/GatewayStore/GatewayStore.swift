// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel
import Glibc

/// The daemon's database: the log of calls, and the vault's sealed rows.
///
/// Nothing here runs on the caller's thread but the queueing. Whatever is awaited is durable (`synchronous = FULL`) when it
/// returns; a log row is durable some 30 milliseconds after `append`, or when `flush` returns.
package final class GatewayStore: Sendable {
    package let path: String
    private let writer: Writer
    private let reader: Reader
    let wallMilliseconds: @Sendable () -> Int

    /// Opens the database in the state directory, makes it where there is none, and brings an older one up to date.
    /// - Parameter report: told of trouble on the disk and its end; called on the writer's thread.
    /// - Throws: a failure that says what is wrong with the file; a newer database is left as it is.
    package init(
        in directory: StateDirectory, options: StoreOptions = StoreOptions(),
        report: @escaping @Sendable (StoreReportLevel, String) -> Void
    ) throws(GatewayFailure) {
        let path = directory.file("wicket.db")
        self.path = path
        wallMilliseconds = options.wallMilliseconds
        try makePrivateFile(path)
        let connection: SQLiteConnection
        do {
            connection = try SQLiteConnection(path: path, queryOnly: false)
            guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
                throw GatewayFailure(.internalError, "The file system of \(path) cannot hold the database; use a local one.")
            }
            try connection.execute("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304")
            try Migrations.run(connection, path: path)
            if let pages = options.maximumPages { try connection.execute("PRAGMA max_page_count = \(pages)") }
        } catch {
            throw storeFailure(error, path)
        }
        guard let writerBell = Doorbell(), let readerBell = Doorbell() else {
            throw GatewayFailure(.internalError, "The process has no file descriptor left; raise its limit (LimitNOFILE).")
        }
        let writer = Writer(connection: connection, path: path, doorbell: writerBell, options: options, report: report)
        let reader = Reader(path: path, doorbell: readerBell)
        self.writer = writer
        self.reader = reader
        guard startThread("wicket-writer", { writer.run() }), startThread("wicket-reader", { reader.run() }) else {
            throw GatewayFailure(.internalError, "The system refuses another thread; raise the limit on tasks (TasksMax).")
        }
    }

    package var statistics: StoreStatistics { writer.statistics }

    /// Runs `body` in a transaction, in which the others of the same moment take part; what it throws undoes its own changes
    /// only. Where that transaction fails, `body` is run again in one of its own.
    /// - Returns: what `body` returned, once that is durable.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteConnection) throws -> Value
    ) async throws(GatewayFailure) -> Value {
        let result: Result<Value, GatewayFailure> = await withUnsafeContinuation { continuation in
            writer.submit(pendingWrite(body) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    func submit(_ write: PendingWrite) { writer.submit(write) }

    /// Runs `body` on the reader's thread, in one snapshot of the database.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteConnection) throws -> Value
    ) async throws(GatewayFailure) -> Value {
        let path = path
        let result: Result<Value, GatewayFailure> = await withUnsafeContinuation { continuation in
            reader.submit(
                Reader.Query { connection in
                    continuation.resume(returning: connection.flatMap { inSnapshot($0, path, body) })
                })
        }
        return try result.get()
    }

    /// Returns when all rows that were appended before are durable.
    /// - Throws: when the disk does not take them now; they are tried again all the same.
    package func flush() async throws(GatewayFailure) {
        let result: Result<Void, GatewayFailure> = await withUnsafeContinuation { continuation in
            var write = pendingWrite({ _ in }, { continuation.resume(returning: $0) })
            write.needsRecords = true
            writer.submit(write)
        }
        try result.get()
    }

    /// Commits what is there, ends both threads and closes the file. Writes and queries are refused afterwards, rows are lost.
    /// - Throws: when the last rows could not be written.
    package func close() async throws(GatewayFailure) {
        await withUnsafeContinuation { continuation in
            if !reader.close({ continuation.resume() }) { continuation.resume() }
        }
        let lost = await withUnsafeContinuation { continuation in
            if !writer.close({ continuation.resume(returning: $0) }) { continuation.resume(returning: 0) }
        }
        if lost > 0 { throw GatewayFailure(.internalError, "\(lost) rows of the log could not be written before the end.") }
    }

    deinit {
        _ = reader.close {}
        _ = writer.close { _ in }
    }
}

extension GatewayStore: Journal {
    package func append(_ record: CallRecord) { writer.append(record) }
}

extension GatewayStore {
    package func settle(_ settlement: BudgetSettlement) { writer.settle(settlement) }
}

extension GatewayStore: AuditLog {
    package func append(_ event: AuditEvent) { writer.append(event, now: wallMilliseconds()) }
}

/// Bounds and pauses of the writer.
package struct StoreOptions: Sendable {
    /// Log rows that may wait for the disk. Further ones are dropped and counted: memory is bounded, and no request waits.
    package var queueLimit = 65_536
    /// How long rows are gathered before they are committed together. A commit costs a tenth of a millisecond of CPU and more,
    /// whatever is in it; at this pace it takes the reactors less than one part in a hundred of a core.
    package var gatherMilliseconds: Int32 = 25
    /// Before the first retry of a group that failed; doubled at each one up to the longest.
    package var firstPauseMilliseconds: Int32 = 100
    package var longestPauseMilliseconds: Int32 = 5000
    /// The most pages of 4 KiB that the database may grow to, or nil.
    package var maximumPages: Int?
    /// Milliseconds since 1970, UTC, for the entries of the audit log: whoever keeps one gives a clock.
    package var wallMilliseconds: @Sendable () -> Int = { 0 }

    package init() {}
}

/// Makes the file for its owner alone; SQLite gives its side files the same mode.
func makePrivateFile(_ path: String) throws(GatewayFailure) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0, fchmod(descriptor, 0o600) == 0 else {
        let reason = String(cString: strerror(errno))
        if descriptor >= 0 { close(descriptor) }
        throw GatewayFailure(.internalError, "The database \(path) cannot be opened: \(reason).")
    }
    close(descriptor)
}

/// What a write's body left for its caller.
// Sendable is sound: it is written and read on the writer's thread only.
private final class Outcome<Value: Sendable>: @unchecked Sendable {
    var value: Value?
}

private func pendingWrite<Value: Sendable>(
    _ body: @escaping @Sendable (SQLiteConnection) throws -> Value,
    _ resume: @escaping @Sendable (Result<Value, GatewayFailure>) -> Void
) -> PendingWrite {
    let outcome = Outcome<Value>()
    return PendingWrite(
        run: { outcome.value = try body($0) },
        finish: { failure in
            if let value = outcome.value, failure == nil { return resume(.success(value)) }
            resume(.failure(failure ?? GatewayFailure(.internalError, "The write was not run.")))
        })
}

private func inSnapshot<Value>(
    _ connection: SQLiteConnection, _ path: String, _ body: (SQLiteConnection) throws -> Value
) -> Result<Value, GatewayFailure> {
    do {
        try connection.execute("BEGIN")
        defer { try? connection.execute("COMMIT") }
        return .success(try body(connection))
    } catch {
        return .failure(storeFailure(error, path))
    }
}
