// SPDX-License-Identifier: Apache-2.0
import CSQLite
import GatewayModel
import Synchronization

/// The one thread that writes. It gathers records for a few milliseconds and commits them in a group, administrative writes among
/// them; those cut the gathering short.
///
/// When a group fails, its administrative writes are tried once more each by itself, and their callers told; its records are kept
/// and tried again, with growing pauses, until the disk takes them.
// Sendable is sound: all but `inbox`, `doorbell` and constants is touched by the writer's thread only, which starts after `init`.
final class Writer: @unchecked Sendable {
    private let inbox = Mutex(Inbox())
    private let doorbell: Doorbell
    private let connection: SQLiteConnection
    private let path: String
    private let options: StoreOptions
    private let report: @Sendable (StoreReportLevel, String) -> Void
    /// Taken from the inbox and not yet committed, oldest first.
    private var pending: [RecordQueue] = []
    private var pendingEvents: [QueuedEvent] = []
    private var pendingSettlements: [BudgetSettlement] = []
    private var scratch = TextScratch()
    /// Milliseconds to wait before the next try; 0 while all is well.
    private var pause: Int32 = 0
    private var reportedDropped = 0
    private var rollups = RollupTable()
    /// There are as many rows as the rollups take in at a time.
    private var mustAddUp = false
    private var rowsNotAddedUp = 0

    init(
        connection: SQLiteConnection, path: String, doorbell: Doorbell, options: StoreOptions,
        report: @escaping @Sendable (StoreReportLevel, String) -> Void
    ) {
        self.connection = connection
        self.path = path
        self.doorbell = doorbell
        self.options = options
        self.report = report
    }

    // MARK: From any thread

    func append(_ record: CallRecord) {
        let mustRing = inbox.withLock { inbox in
            // What settles a stored reservation has a row whatever waits.
            if inbox.statistics.queued >= options.queueLimit, !record.settlements.contains(where: \.isStored) {
                inbox.statistics.dropped += 1
                inbox.settlements += record.settlements
                return false
            }
            inbox.statistics.queued += 1
            inbox.records.append(record)
            defer { inbox.isWriterAsleep = false }
            return inbox.isWriterAsleep
        }
        if mustRing { doorbell.ring() }
    }

    func settle(_ settlement: BudgetSettlement) {
        let mustRing = inbox.withLock { inbox in
            inbox.settlements.append(settlement)
            defer { inbox.isWriterAsleep = false }
            return inbox.isWriterAsleep
        }
        if mustRing { doorbell.ring() }
    }

    /// An entry of the audit log: written with the next group, and kept until the disk takes it.
    func append(_ event: AuditEvent, now: Int) {
        let mustRing = inbox.withLock { inbox in
            if inbox.waitingEvents >= options.queueLimit {
                inbox.statistics.dropped += 1
                return false
            }
            inbox.waitingEvents += 1
            inbox.events.append(QueuedEvent(event: event, atMilliseconds: now))
            defer { inbox.isWriterAsleep = false }
            return inbox.isWriterAsleep
        }
        if mustRing { doorbell.ring() }
    }

    func submit(_ write: PendingWrite) {
        let isClosed = inbox.withLock { inbox in
            if !inbox.isClosing { inbox.writes.append(write) }
            return inbox.isClosing
        }
        if isClosed { return write.finish(.storeClosed) }
        doorbell.ring()
    }

    /// Makes the thread commit what is there, close the connection, say how many rows were lost, and end. Only the first call is
    /// answered.
    func close(_ atEnd: @escaping @Sendable (Int) -> Void) -> Bool {
        let isFirst = inbox.withLock { inbox in
            if inbox.isClosing { return false }
            inbox.isClosing = true
            inbox.atEnd = atEnd
            return true
        }
        doorbell.ring()
        return isFirst
    }

    var statistics: StoreStatistics { inbox.withLock { $0.statistics } }

    // MARK: On the writer's thread

    func run() {
        rowsNotAddedUp = (try? RollupTable.rowsBehind(connection)) ?? 0
        mustAddUp = rowsNotAddedUp >= RollupTable.batch
        while true {
            waitForWork()
            let (records, writes, isClosing) = inbox.withLock { inbox in
                defer { (inbox.records, inbox.events, inbox.settlements, inbox.writes) = (RecordQueue(), [], [], []) }
                pendingEvents += inbox.events
                pendingSettlements += inbox.settlements
                return (inbox.records, inbox.writes, inbox.isClosing)
            }
            if !records.isEmpty { pending.append(records) }
            commit(writes)
            addUp(atLeast: records.count)
            if isClosing { return end() }
        }
    }

    private func waitForWork() {
        if pause > 0 { return doorbell.wait(milliseconds: pause) }
        if mustAddUp { return }
        while true {
            let (hasRecords, isUrgent) = inbox.withLock { inbox in
                let isUrgent = !inbox.writes.isEmpty || inbox.isClosing
                let hasRecords = !inbox.records.isEmpty || !inbox.events.isEmpty || !inbox.settlements.isEmpty
                inbox.isWriterAsleep = !hasRecords && !isUrgent
                return (hasRecords, isUrgent)
            }
            if isUrgent { return }
            if hasRecords { return doorbell.wait(milliseconds: options.gatherMilliseconds) }
            doorbell.wait(milliseconds: -1)
        }
    }

    private func commit(_ writes: [PendingWrite]) {
        if isIdle, writes.isEmpty { return }
        var writes = writes
        if pause > 0 {
            // Records are in trouble: what does not depend on them goes first and by itself.
            for write in writes where !write.needsRecords { commitAlone(write) }
            writes = writes.filter(\.needsRecords)
        }
        guard let failure = transact(withRecords: true, writes) else { return }
        if !isIdle { failed(failure) }
        for write in writes {
            if write.needsRecords, !isIdle { write.finish(failure) } else { commitAlone(write) }
        }
    }

    /// Nothing waits to be written but what somebody awaits.
    private var isIdle: Bool { pending.isEmpty && pendingEvents.isEmpty && pendingSettlements.isEmpty }

    private func commitAlone(_ write: PendingWrite) {
        if let failure = transact(withRecords: false, [write]) { write.finish(failure) }
    }

    /// Runs one transaction.
    /// - Returns: nil after the commit, when all have been told; else why nothing of it has happened.
    private func transact(withRecords: Bool, _ writes: [PendingWrite]) -> GatewayFailure? {
        var outcomes: [GatewayFailure?] = []
        do {
            try connection.execute("BEGIN IMMEDIATE")
            let refused = withRecords ? try insertPending() : 0
            for write in writes { outcomes.append(try run(write)) }
            try connection.execute("COMMIT")
            if withRecords { succeeded(refused: refused) }
        } catch {
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            return storeFailure(error, path)
        }
        for (write, outcome) in zip(writes, outcomes) { write.finish(outcome) }
        return nil
    }

    /// - Returns: how many rows the database refused for their own sake.
    private func insertPending() throws(SQLiteError) -> Int {
        var refused = try insertEvents()
        for settlement in pendingSettlements { refused += try settleNow(settlement) }
        if pending.isEmpty { return refused }
        let statement = try connection.statement(CallTable.insert)
        for queue in pending {
            for chunk in queue.chunks {
                for index in chunk.indices {
                    do throws(SQLiteError) { try CallTable.insert(chunk[index], statement, &scratch) } catch {
                        guard error.isAboutTheRow, connection.isInTransaction else { throw error }
                        refused += 1
                    }
                    for settlement in chunk[index].settlements { refused += try settleNow(settlement) }
                }
            }
        }
        return refused
    }

    /// - Returns: 1 when the database refused it for its own sake.
    private func settleNow(_ settlement: BudgetSettlement) throws(SQLiteError) -> Int {
        do throws(SQLiteError) {
            try LedgerTable.settle(settlement, connection)
            return 0
        } catch {
            guard error.isAboutTheRow, connection.isInTransaction else { throw error }
            return 1
        }
    }

    /// Takes rows into the rollups, as many as have just come or more where they lag behind: they keep pace, and new rows do not
    /// wait for long.
    private func addUp(atLeast count: Int) {
        var added = 0
        while mustAddUp, pause == 0, added == 0 || added < count { added += addUpSome() }
    }

    /// In a transaction of its own. Where that fails it is tried again when more have come.
    /// - Returns: how many there were; then, or where it failed, `mustAddUp` says whether there are enough for more.
    private func addUpSome() -> Int {
        let most = min(max(rowsNotAddedUp, RollupTable.batch), RollupTable.largestBatch)
        var added = 0
        do throws(SQLiteError) {
            try connection.execute("BEGIN IMMEDIATE")
            added = try rollups.advance(connection, most: most)
            try connection.execute("COMMIT")
        } catch {
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            rollups.forget()
            added = 0
            report(.warning, "The analytics lag behind the log: \(storeFailure(error, path).message)")
        }
        rowsNotAddedUp = added < most ? 0 : max(0, rowsNotAddedUp - added)
        mustAddUp = rowsNotAddedUp >= RollupTable.batch
        return added
    }

    private func insertEvents() throws(SQLiteError) -> Int {
        var refused = 0
        for queued in pendingEvents {
            do throws(SQLiteError) { try AuditTable.append(queued.event, connection, now: queued.atMilliseconds) } catch {
                guard error.isAboutTheRow, connection.isInTransaction else { throw error }
                refused += 1
            }
        }
        return refused
    }

    /// Runs one write in a savepoint, so that its failure undoes nothing else.
    /// - Returns: its own failure, for its caller alone.
    /// - Throws: when the whole transaction is lost.
    private func run(_ write: PendingWrite) throws(SQLiteError) -> GatewayFailure? {
        try connection.execute("SAVEPOINT one_write")
        do {
            try write.run(connection)
            try connection.execute("RELEASE one_write")
            return nil
        } catch {
            if !connection.isInTransaction {
                throw error as? SQLiteError ?? SQLiteError(code: SQLITE_ABORT, message: "the transaction was rolled back")
            }
            try connection.execute("ROLLBACK TO one_write; RELEASE one_write")
            return storeFailure(error, path)
        }
    }

    private func succeeded(refused: Int) {
        let (count, events) = (pending.reduce(0) { $0 + $1.count }, pendingEvents.count)
        pending.removeAll()
        pendingEvents.removeAll()
        pendingSettlements.removeAll()
        rowsNotAddedUp += count
        if rowsNotAddedUp >= RollupTable.batch { mustAddUp = true }
        let dropped = inbox.withLock { inbox in
            inbox.waitingEvents -= events
            inbox.statistics.queued -= count
            inbox.statistics.written += count + events - refused
            inbox.statistics.dropped += refused
            inbox.statistics.groups += 1
            return inbox.statistics.dropped
        }
        if pause > 0 { report(.notice, "The log is written again: \(count + events) rows that had waited are there.") }
        pause = 0
        reportDropped(dropped)
    }

    private func failed(_ failure: GatewayFailure) {
        let statistics = inbox.withLock { inbox in
            inbox.statistics.failedGroups += 1
            return inbox.statistics
        }
        if pause == 0 {
            report(.error, "The log cannot be written; up to \(options.queueLimit) rows wait in memory. \(failure.message)")
        }
        pause = min(max(pause * 2, options.firstPauseMilliseconds), options.longestPauseMilliseconds)
        reportDropped(statistics.dropped)
    }

    /// At the first loss, and whenever it has doubled: a few lines however long it lasts.
    private func reportDropped(_ dropped: Int) {
        if dropped == 0 || dropped < reportedDropped * 2 { return }
        report(.warning, "\(dropped) rows of the log were dropped so far: the disk takes them more slowly than they come.")
        reportedDropped = dropped
    }

    private func end() {
        let lost = pending.reduce(pendingEvents.count) { $0 + $1.count }
        if lost > 0 { report(.error, "\(lost) rows of the log are lost: they could not be written before the end.") }
        connection.close()
        inbox.withLock { $0.atEnd }?(lost)
    }
}

/// What a caller is told of an error inside of the store.
func storeFailure(_ error: any Error, _ path: String) -> GatewayFailure {
    switch error {
    case let error as GatewayFailure: error
    case let error as SQLiteError: error.failure(path)
    default: GatewayFailure(.internalError, "The database \(path) could not be used.")
    }
}
