// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import GatewayPolicy
import Synchronization

/// The ledger of all reactors: one lock, held for a decision and never across an `await`. It decides in memory, and what it has
/// granted counts once the store has it.
package final class SharedLedger: Sendable {
    private struct State {
        var ledger = SpendingLedger()
        var lastID = 0
        var open: [Int: Open] = [:]
    }
    /// A reservation that is not settled.
    private struct Open {
        var worst: Spending
        var isStored = false
    }
    private let state = Mutex(State())
    private let storage: any LedgerStorage
    private let clock: GatewayClock
    private let tell: @Sendable (BudgetNotice) -> Void

    /// - Parameter tell: what is worth an entry of the log; called on the thread of a call, so it must not block.
    package init(storage: any LedgerStorage, clock: GatewayClock, tell: @escaping @Sendable (BudgetNotice) -> Void = { _ in }) {
        self.storage = storage
        self.clock = clock
        self.tell = tell
    }

    /// Takes over what the store knows. To be called once, before the first request.
    /// - Returns: how many calls the last end has cut.
    package func recover() async throws(GatewayFailure) -> Int {
        let found = try await storage.recoverLedger()
        state.withLock { $0.ledger.load(found.spent) }
        return found.calls
    }

    /// Whether nothing is reserved.
    package var isIdle: Bool { state.withLock { $0.open.isEmpty && $0.ledger.isIdle } }

    // MARK: A try

    /// - Returns: the reservation's number, and what it holds of budgets.
    /// - Throws: `budget_exceeded` or `rate_limited`.
    func admit(
        _ scopes: [SpendingScope], _ worst: Spending, isUnpricedAllowed: Bool
    ) throws(GatewayFailure) -> (id: Int, claims: [BudgetClaim]) {
        let (wall, now) = (clock.wallMilliseconds(), Int(truncatingIfNeeded: clock.monotonicNanoseconds()))
        let (id, verdict) = state.withLock { state in
            state.lastID += 1
            let id = state.lastID
            let verdict = state.ledger.admit(
                id, scopes, worst, wall: wall, now: now, isUnpricedAllowed: isUnpricedAllowed)
            if case .admitted = verdict { state.open[id] = Open(worst: worst) }
            return (id, verdict)
        }
        switch verdict {
        case .admitted(let claims): return (id, claims)
        case .tooMuch(let refusal): throw refusal.failure
        case .tooFast(let refusal): throw refusal.failure
        }
    }

    /// Makes a reservation durable.
    func store(_ reservation: BudgetReservation) async throws(GatewayFailure) {
        do throws(GatewayFailure) {
            try await storage.reserve(reservation)
            state.withLock { $0.open[reservation.id]?.isStored = true }
        } catch {
            // A commit may have failed to say that it was one.
            storage.settle(BudgetSettlement(reservation: reservation.id, charges: []))
            throw error
        }
    }

    /// Settles a try, once.
    /// - Parameter actual: what is nil in it is as much as was reserved.
    /// - Returns: what the row of its call settles in the store, and what was reserved; nil when it is settled already.
    func settle(_ id: Int, _ actual: Spending) -> (settlement: BudgetSettlement, worst: Spending)? {
        let now = Int(truncatingIfNeeded: clock.monotonicNanoseconds())
        let settled = state.withLock { state in
            state.open.removeValue(forKey: id).flatMap { open in
                state.ledger.settle(id, actual, now: now).map { (open, $0.0, $0.1) }
            }
        }
        guard let (open, settlement, notices) = settled else { return nil }
        for notice in notices { tell(notice) }
        var stored = settlement
        stored.isStored = open.isStored
        return (stored, open.worst)
    }

    /// Settles a try that no row settles.
    func settleAlone(_ id: Int, _ actual: Spending) {
        guard let settlement = settle(id, actual)?.settlement, !settlement.charges.isEmpty else { return }
        storage.settle(settlement)
    }

    // MARK: Administration

    package func standing(_ account: String, _ window: BudgetWindow) -> (spent: Int, reserved: Int) {
        state.withLock { $0.ledger.budgets.standing(account, window) }
    }

    /// The values of a limit that counts each for itself, as far as there is something to show in this window.
    package func values(of account: String, _ window: BudgetWindow) -> [String] {
        state.withLock { $0.ledger.budgets.values(of: account, window) }
    }

    /// Takes back what was spent in these accounts' windows. What is reserved stays so.
    package func reset(
        _ accounts: [(account: String, window: BudgetWindow)], _ event: AuditEvent?
    ) async throws(GatewayFailure) {
        let charges = state.withLock { state in
            accounts.map { account, window in
                let spent = state.ledger.budgets.standing(account, window).spent
                let charge = BudgetCharge(account: account, window: window.start, amount: -spent)
                state.ledger.adjust(charge)
                return charge
            }
        }
        do throws(GatewayFailure) { try await storage.adjustLedger(charges, event) } catch {
            state.withLock { state in
                for var charge in charges {
                    charge.amount = -charge.amount
                    state.ledger.adjust(charge)
                }
            }
            throw error
        }
    }
}
