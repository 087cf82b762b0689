// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// All that may be spent by whom, and how fast: each try is admitted by every limit that it is under, or by none, and settled
/// exactly once.
package struct SpendingLedger: Sendable {
    package private(set) var budgets = BudgetBook()
    private var rates = RateLimiter()
    private var tickets: [Int: [RateTicket]] = [:]

    package init() {}

    /// Whether nothing is open: no reservation, no ticket.
    package var isIdle: Bool { budgets.openCount == 0 && tickets.isEmpty }

    /// - Parameters:
    ///   - wall: milliseconds since 1970, by which windows are chosen.
    ///   - now: nanoseconds of a clock that never goes back, for rates.
    package mutating func admit(
        _ id: Int, _ scopes: [SpendingScope], _ worst: Spending, wall: Int, now: Int, isUnpricedAllowed: Bool = false
    ) -> SpendingVerdict {
        let taken: [RateTicket]
        switch rates.admit(scopes, worst, now: now) {
        case .admitted(let tickets): taken = tickets
        case .refused(let refusal): return .tooFast(refusal)
        }
        switch budgets.reserve(id, scopes, worst, wall: wall, isUnpricedAllowed: isUnpricedAllowed) {
        case .reserved(let claims):
            if !taken.isEmpty { tickets[id] = taken }
            return .admitted(claims)
        case .refused(let refusal):
            rates.correct(taken, .nothing, now: now)
            return .tooMuch(refusal)
        }
    }

    /// Settles a try at what it used, `nothing` where it was never sent; nil in it is as much as was held.
    /// - Returns: nil when it is settled already. Without charges it leaves no trace in the store.
    package mutating func settle(_ id: Int, _ actual: Spending, now: Int) -> (BudgetSettlement, [BudgetNotice])? {
        if let taken = tickets.removeValue(forKey: id) { rates.correct(taken, actual, now: now) }
        return budgets.settle(id, actual)
    }

    package mutating func load(_ spent: [BudgetCharge]) { budgets.load(spent) }

    @discardableResult
    package mutating func adjust(_ charge: BudgetCharge) -> Int { budgets.adjust(charge) }
}

/// What the limits say to a try.
package enum SpendingVerdict: Sendable, Equatable {
    /// What is reserved of budgets; empty where only rates are limited.
    case admitted([BudgetClaim])
    case tooMuch(BudgetRefusal)
    case tooFast(RateRefusal)
}
