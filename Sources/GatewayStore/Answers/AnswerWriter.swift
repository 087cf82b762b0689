// SPDX-License-Identifier: Apache-2.0
import CSQLite
import Caching
import GatewayEngine
import GatewayModel
import Synchronization

/// The one thread that writes the cache's file. What comes within a few milliseconds is one transaction.
///
/// A file that is damaged is thrown away and made anew. Where the disk does not take a group, its answers are lost and counted;
/// the file is tried again with what comes, after growing pauses.
// Sendable is sound: all but `inbox`, `doorbell`, `file` and constants is touched by the writer's thread only, after `init`.
final class AnswerWriter: @unchecked Sendable {
    let inbox = Mutex(AnswerInbox())
    private let doorbell: Doorbell
    private let file: AnswerFile
    private let options: AnswerStoreOptions
    private let report: @Sendable (StoreReportLevel, String) -> Void
    private var connection: SQLiteConnection?
    private var identity: FileIdentity?
    /// Milliseconds to wait before the next try; 0 while all is well.
    private var pause: Int32 = 0
    private var lastSweep = 0

    init(
        _ file: AnswerFile, _ doorbell: Doorbell, _ options: AnswerStoreOptions,
        report: @escaping @Sendable (StoreReportLevel, String) -> Void
    ) {
        self.file = file
        self.doorbell = doorbell
        self.options = options
        self.report = report
        do { try open() } catch { failed(error) }
    }

    // MARK: From any thread

    func submit(_ change: AnswerChange) -> Bool {
        let (isTaken, mustRing) = inbox.withLock { inbox in
            let isTaken = inbox.add(change, options)
            defer { if isTaken { inbox.isWriterAsleep = false } }
            return (isTaken, isTaken && inbox.isWriterAsleep)
        }
        if mustRing { doorbell.ring() }
        return isTaken
    }

    func foundDamage(_ generation: Int) {
        inbox.withLock { $0.damagedGeneration = generation }
        doorbell.ring()
    }

    /// Writes what is there, closes the file and ends the thread. Only the first call is answered.
    func close(_ atEnd: @escaping @Sendable () -> Void) -> Bool {
        let isFirst = inbox.withLock { inbox in
            if inbox.isClosing { return false }
            inbox.isClosing = true
            inbox.atEnd = atEnd
            return true
        }
        doorbell.ring()
        return isFirst
    }

    // MARK: On the writer's thread

    func run() {
        while true {
            waitForWork()
            let (changes, uses, damaged, isClosing) = inbox.withLock { inbox in
                let (changes, uses) = inbox.take()
                defer { inbox.damagedGeneration = nil }
                return (changes, uses, inbox.damagedGeneration, inbox.isClosing)
            }
            if damaged == file.generation { startOver("a row could not be read") }
            write(changes, uses)
            if isClosing { break }
            keepWithinBounds()
        }
        abandon()
        connection?.close()
        inbox.withLock { $0.atEnd }?()
    }

    private func waitForWork() {
        if pause > 0 { doorbell.wait(milliseconds: pause) }
        let (hasChanges, isUrgent) = inbox.withLock { inbox in
            let isUrgent = inbox.isClosing || inbox.damagedGeneration != nil
            inbox.isWriterAsleep = inbox.changes.isEmpty && !isUrgent
            return (!inbox.changes.isEmpty, isUrgent)
        }
        if isUrgent { return }
        if !hasChanges { doorbell.wait(milliseconds: options.sweepMilliseconds) }
        inbox.withLock { $0.isWriterAsleep = false }
        if options.gatherMilliseconds > 0 { doorbell.wait(milliseconds: options.gatherMilliseconds) }
    }

    private func write(_ changes: [AnswerChange], _ uses: [Int: Int]) {
        if changes.isEmpty, uses.isEmpty { return }
        do {
            try ensureOpen()
            let purged: [[CacheKey]]
            do { purged = try transact(changes, uses) } catch { purged = try again(changes, after: error) }
            succeeded()
            inbox.withLock { $0.settle(changes) }
            finish(changes, purged)
        } catch {
            failed(error)
            lose(changes, to: error)
        }
    }

    /// Tries a group again where there is a remedy: a new file for a damaged one, room in a full one.
    private func again(_ changes: [AnswerChange], after error: any Error) throws -> [[CacheKey]] {
        guard let error = error as? SQLiteError else { throw error }
        if error.isDamage {
            startOver(error.message)
            try ensureOpen()
        } else if error.primaryCode == SQLITE_FULL, let connection {
            try AnswerRoom(options).makeRoom(connection, now: options.wallMilliseconds(), isFull: true)
        } else {
            throw error
        }
        return try transact(changes, [:])
    }

    /// - Returns: what each change took away.
    private func transact(_ changes: [AnswerChange], _ uses: [Int: Int]) throws -> [[CacheKey]] {
        guard let connection else { throw GatewayFailure(.internalError, "The cache has no file.") }
        do throws(SQLiteError) {
            let now = options.wallMilliseconds()
            try connection.execute("BEGIN IMMEDIATE")
            for (id, second) in uses { try connection.run("UPDATE answer SET used_at = ?1 WHERE id = ?2", second, id) }
            var purged: [[CacheKey]] = []
            for change in changes { purged.append(try change.apply(connection, now: now)) }
            try connection.execute("COMMIT")
            return purged
        } catch {
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            throw error
        }
    }

    private func finish(_ changes: [AnswerChange], _ purged: [[CacheKey]]) {
        for (change, keys) in zip(changes, purged) {
            switch change {
            case .purge(_, let purge): purge.finish(.success(keys))
            case .flush(let finish): finish()
            default: break
            }
        }
    }

    /// Counts the answers of a failed group, keeps what must not be lost, and tells who waits.
    private func lose(_ changes: [AnswerChange], to error: any Error) {
        var kept: [AnswerChange] = []
        var lost: [AnswerChange] = []
        for change in changes {
            switch change {
            case .store: lost.append(change)
            case .purge(_, let purge): purge.finish(.failure(storeFailure(error, file.path)))
            case .flush(let finish): finish()
            case .remove, .learn, .save, .dropRow, .dropCounts: kept.append(change)
            }
        }
        if kept.count > options.queueLimit * 16 { kept.removeFirst(kept.count - options.queueLimit * 16) }
        inbox.withLock { inbox in
            inbox.dropped += lost.count
            inbox.settle(lost)
            inbox.putBack(kept)
        }
    }

    /// At the end: whoever still waits is told.
    private func abandon() {
        lose(inbox.withLock { $0.take().changes }, to: GatewayFailure(.internalError, "The cache is closed."))
    }

    // MARK: The file

    private func open() throws {
        do { connection = try AnswerSchema.open(file.path, options).connection } catch {
            guard let error = error as? SQLiteError, error.isDamage else { throw error }
            warn(error.message)
            AnswerSchema.delete(file.path)
            connection = try AnswerSchema.open(file.path, options).connection
        }
        identity = file.identity
        file.isAnother()
    }

    /// Opens the file where there is none open, or where another one, or none, stands in its place now.
    private func ensureOpen() throws {
        if connection != nil, file.identity == identity { return }
        connection?.close()
        connection = nil
        try open()
    }

    private func startOver(_ reason: String) {
        warn(reason)
        connection?.close()
        connection = nil
        AnswerSchema.delete(file.path)
        do { try open() } catch { failed(error) }
    }

    private func keepWithinBounds() {
        let now = options.wallMilliseconds()
        do {
            guard pause == 0, let connection else { return }
            try AnswerRoom(options).makeRoom(connection, now: now, isFull: false)
            if now - lastSweep < Int(options.sweepMilliseconds), now >= lastSweep { return }
            lastSweep = now
            try ensureOpen()
            if let connection = self.connection { try AnswerRoom(options).sweep(connection, now: now) }
        } catch let error as SQLiteError where error.isDamage {
            startOver(error.message)
        } catch {
            failed(error)
        }
    }

    // MARK: What is said

    private func warn(_ reason: String) {
        report(.warning, "The cache \(file.path) is damaged or of another version (\(reason)); it starts empty.")
    }

    private func failed(_ error: any Error) {
        let message = storeFailure(error, file.path).message
        inbox.withLock { $0.trouble = message }
        if pause == 0 { report(.warning, "The cache keeps what it has, and nothing new on the disk. \(message)") }
        pause = min(max(pause * 2, options.firstPauseMilliseconds), options.longestPauseMilliseconds)
    }

    private func succeeded() {
        if pause == 0 { return }
        pause = 0
        inbox.withLock { $0.trouble = nil }
        report(.notice, "The cache is written again.")
    }
}
