// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

extension BudgetRefusal {
    /// What the caller is told. No retry helps: not before the window ends, or somebody changes something.
    package var failure: GatewayFailure {
        let budget = "The \(limit.period.rawValue) budget of \(scope.shownOwner)"
        switch reason {
        case .spent(let left, let wanted, let window):
            let needed = "this call may cost up to \(limit.unit.shown(wanted))"
            let anew = window.end.map { " It begins anew at \(Timestamp(milliseconds: $0))." } ?? ""
            let advice = wanted > limit.amount || left > 0 ? " A smaller max_tokens lowers what a call may cost." : ""
            return GatewayFailure(
                .budgetExceeded,
                "\(budget) has \(limit.unit.shown(left)) of \(limit.unit.shown(limit.amount)) left, and \(needed)."
                    + "\(anew)\(advice)")
        case .unpriced:
            return GatewayFailure(
                .budgetExceeded,
                "\(budget) is in dollars, and the model that was asked for has no price: set one under prices: in the "
                    + "configuration, or let calls without a price through with budgets: {unpriced: allow}.")
        case .unbounded:
            return GatewayFailure(
                .budgetExceeded,
                "\(budget) cannot hold this call, of which nothing says how much it may use: set max_tokens, and leave out tools "
                    + "that the provider runs itself; or let such calls through with budgets: {unpriced: allow}.")
        case .tooManyAccounts:
            return GatewayFailure(
                .budgetExceeded,
                "\(budget) has more values than are counted at once (\(BudgetBook.mostAccounts)): group by something that takes "
                    + "fewer.")
        }
    }
}

extension RateRefusal {
    package var failure: GatewayFailure {
        let amount = "\(limit.amount) \(limit.unit.rawValue) a \(limit.span.rawValue)"
        guard let nanoseconds else {
            return GatewayFailure(
                .rateLimited,
                "\(scope.shownOwner) may use \(amount), and this call may use \(wanted) at once: set a smaller max_tokens.",
                retryable: false)
        }
        let milliseconds = (nanoseconds + 999_999) / 1_000_000
        return GatewayFailure(
            .rateLimited, "\(scope.shownOwner) may use \(amount): try again in \(milliseconds) ms.",
            retryAfterMilliseconds: milliseconds)
    }
}

extension SpendingScope {
    /// `virtual key prod`, `budget team (search)`.
    package var shownOwner: String {
        let name = owner.split(separator: "/", maxSplits: 1)
        let kind = name.first == "virtual_key" ? "virtual key" : "budget"
        return "\(kind) '\(name.last ?? "")'" + (value.map { " (\($0))" } ?? "")
    }
}

extension BudgetUnit {
    /// `$1.25`, `1200 tokens`.
    package func shown(_ amount: Int) -> String {
        if self != .usd { return "\(amount) \(rawValue)" }
        let (dollars, nano) = amount.quotientAndRemainder(dividingBy: 1_000_000_000)
        var decimals = String(nano.magnitude)
        decimals = String(repeating: "0", count: 9 - decimals.utf8.count) + decimals
        while decimals.utf8.count > 2, decimals.utf8.last == UInt8(ascii: "0") { decimals.removeLast() }
        return "\(amount < 0 && dollars == 0 ? "-" : "")$\(dollars).\(decimals)"
    }
}
