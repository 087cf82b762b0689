// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// What waits for the writer, and what there is to know of it.
struct Inbox {
    var records = RecordQueue()
    /// For the audit log, each with the milliseconds since 1970 at which it happened.
    var events: [QueuedEvent] = []
    /// Those that are not written yet, here or at the writer. They have a bound of their own: no flood of calls drives them out.
    var waitingEvents = 0
    /// Of reservations that no record settles. They are as many as there were reservations, and none is dropped.
    var settlements: [BudgetSettlement] = []
    var writes: [PendingWrite] = []
    /// The writer sleeps, so whoever brings something must ring. Otherwise it looks again by itself.
    var isWriterAsleep = false
    var isClosing = false
    /// To be told, once all is closed, how many rows were lost.
    var atEnd: (@Sendable (Int) -> Void)?
    var statistics = StoreStatistics()
}

/// An entry of the audit log that is not part of a write.
struct QueuedEvent: Sendable {
    var event: AuditEvent
    var atMilliseconds: Int
}

/// One administrative write: what to do in the transaction, and whom to tell when it is over.
struct PendingWrite: Sendable {
    /// Runs on the writer's thread, inside of a savepoint; what it throws is its caller's.
    /// Twice where the first transaction fails.
    var run: @Sendable (SQLiteConnection) throws -> Void
    /// Called once: with nil after the commit, else with why there was none.
    var finish: @Sendable (GatewayFailure?) -> Void
    /// It is over only when the records that came before it are committed.
    var needsRecords = false
}

/// What the store has done since it was opened.
package struct StoreStatistics: Sendable, Equatable {
    /// Records accepted and not yet committed.
    package var queued = 0
    package var written = 0
    /// Records lost because the queue was full, or because the database refused the row itself.
    package var dropped = 0
    /// Transactions committed.
    package var groups = 0
    /// Groups that failed and are, or were, tried again.
    package var failedGroups = 0
}

/// How much a report of the store matters.
package enum StoreReportLevel: Sendable {
    case notice, warning, error
}
