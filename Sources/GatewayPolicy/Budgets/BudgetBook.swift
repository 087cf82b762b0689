// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// What was spent and what is reserved, by account and window. A budget is a promise: a reservation is made of all accounts of a
/// try or of none, and never so that spent and reserved together pass an amount; so what is spent cannot pass it either, as long
/// as the real cost is at most what was reserved.
///
/// It does not keep the rules: each reservation brings those that it is under. A rule that is changed finds its account again by
/// its name.
package struct BudgetBook: Sendable {
    /// Windows that an account remembers. A clock that was set back finds the one of then.
    private static let mostWindows = 4
    /// Accounts in memory. Whoever names a new value each time cannot fill it.
    package static let mostAccounts = 65_536

    private struct Window {
        var start: Int
        var end: Int?
        var spent = 0
        var reserved = 0
    }
    private var accounts: [String: [Window]] = [:]
    private var open: [Int: [BudgetClaim]] = [:]

    package init() {}

    /// Reservations that are not settled.
    package var openCount: Int { open.count }

    // MARK: A try's way

    /// - Parameters:
    ///   - id: not used before.
    ///   - worst: what the try can cost at most.
    ///   - wall: milliseconds since 1970.
    ///   - isUnpricedAllowed: whether a try of which nobody knows what it may cost passes; it reserves nothing then.
    package mutating func reserve(
        _ id: Int, _ scopes: [SpendingScope], _ worst: Spending, wall: Int, isUnpricedAllowed: Bool = false
    ) -> BudgetVerdict {
        var claims: [BudgetClaim] = []
        for scope in scopes {
            for (limit, account) in zip(scope.rules.usage, scope.usageAccounts) {
                guard let amount = worst.amount(limit.unit) ?? (isUnpricedAllowed ? 0 : nil) else {
                    return .refused(BudgetRefusal(scope, limit, worst.tokens == nil ? .unbounded : .unpriced))
                }
                let claim = BudgetClaim(
                    account: account, limit: limit, window: limit.period.window(at: wall), reserved: max(0, amount))
                let window = window(claim)
                let left = limit.amount - window.spent - window.reserved
                if claim.reserved > left {
                    return .refused(BudgetRefusal(scope, limit, .spent(left: max(0, left), wanted: amount, claim.window)))
                }
                claims.append(claim)
            }
        }
        if !makeRoom(for: claims, wall) { return .refused(BudgetRefusal(scopes[0], claims[0].limit, .tooManyAccounts)) }
        for claim in claims { change(claim) { $0.reserved += claim.reserved } }
        open[id] = claims
        return .reserved(claims)
    }

    /// Settles a reservation, in the windows that it was made in.
    /// - Parameter actual: what is nil in it is settled at what was reserved.
    /// - Returns: nil when it is settled already.
    package mutating func settle(_ id: Int, _ actual: Spending) -> (BudgetSettlement, [BudgetNotice])? {
        guard let claims = open.removeValue(forKey: id) else { return nil }
        var notices: [BudgetNotice] = []
        var settlement = BudgetSettlement(reservation: id, charges: [])
        for claim in claims {
            let amount = min(max(0, actual.amount(claim.limit.unit) ?? claim.reserved), UsageLimit.largestAmount)
            var spent = 0
            change(claim) { window in
                window.reserved -= claim.reserved
                window.spent = min(window.spent + amount, UsageLimit.largestAmount)
                spent = window.spent
            }
            claim.notices(amount, spentBefore: spent - amount, spent: spent, into: &notices)
            settlement.charges.append(BudgetCharge(account: claim.account, window: claim.window.start, amount: amount))
        }
        return (settlement, notices)
    }

    // MARK: Administration

    /// What was spent before the daemon started.
    package mutating func load(_ spent: [BudgetCharge]) {
        for charge in spent { adjust(charge) }
    }

    /// What an account stands at in a window.
    package func standing(_ account: String, _ window: BudgetWindow) -> (spent: Int, reserved: Int) {
        let found = self.window(account, window)
        return (found.spent, found.reserved)
    }

    /// The accounts of an owner's limit that have something to show in their window: what follows its name, and how they stand.
    package func values(of account: String, _ window: BudgetWindow) -> [String] {
        accounts.compactMap { name, windows in
            guard name.hasPrefix(account + "/"), windows.contains(where: { $0.start == window.start }) else { return nil }
            return String(name.dropFirst(account.utf8.count + 1))
        }
    }

    /// Adds to what was spent, or takes from it.
    /// - Returns: what it is now.
    @discardableResult
    package mutating func adjust(_ charge: BudgetCharge) -> Int {
        var spent = 0
        guard let period = SpendingScope.period(ofAccount: charge.account) else { return 0 }
        change(charge.account, period.window(at: charge.window)) { window in
            window.spent = max(0, window.spent + charge.amount)
            spent = window.spent
        }
        return spent
    }

    // MARK: Parts

    private func window(_ claim: BudgetClaim) -> Window { window(claim.account, claim.window) }

    private func window(_ account: String, _ window: BudgetWindow) -> Window {
        accounts[account]?.first { $0.start == window.start } ?? Window(start: window.start, end: window.end)
    }

    private mutating func change(_ claim: BudgetClaim, _ body: (inout Window) -> Void) {
        change(claim.account, claim.window, body)
    }

    private mutating func change(_ account: String, _ window: BudgetWindow, _ body: (inout Window) -> Void) {
        if let index = accounts[account]?.firstIndex(where: { $0.start == window.start }) {
            body(&accounts[account, default: []][index])
            return
        }
        var opened = Window(start: window.start, end: window.end)
        body(&opened)
        var windows = accounts[account] ?? []
        if windows.count >= Self.mostWindows, let oldest = windows.indices.filter({ windows[$0].reserved == 0 }).min(by: {
            windows[$0].start < windows[$1].start
        }) {
            windows.remove(at: oldest)
        }
        windows.append(opened)
        accounts[account] = windows
    }

    /// Where there are too many accounts, those go whose windows are over and owe nothing.
    private mutating func makeRoom(for claims: [BudgetClaim], _ wall: Int) -> Bool {
        let new = claims.count { accounts[$0.account] == nil }
        if new == 0 || accounts.count + new <= Self.mostAccounts { return true }
        accounts = accounts.filter { _, windows in
            windows.contains { $0.reserved > 0 || ($0.end ?? .max) > wall }
        }
        return accounts.count + new <= Self.mostAccounts
    }
}
