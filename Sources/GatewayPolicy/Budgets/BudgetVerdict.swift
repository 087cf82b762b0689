// SPDX-License-Identifier: Apache-2.0

/// What a reservation came to.
package enum BudgetVerdict: Sendable, Equatable {
    case reserved([BudgetClaim])
    case refused(BudgetRefusal)
}

/// A part of one account's window that is held for a try.
package struct BudgetClaim: Sendable, Equatable {
    package var account: String
    package var limit: UsageLimit
    package var window: BudgetWindow
    package var reserved: Int
}

/// Why a try may not be made, and by whose limit.
package struct BudgetRefusal: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// The budget is in dollars, and the model has no price.
        case unpriced
        /// Nothing says how much the try may use at most.
        case unbounded
        case spent(left: Int, wanted: Int, BudgetWindow)
        case tooManyAccounts
    }
    package var scope: SpendingScope
    package var limit: UsageLimit
    package var reason: Reason

    package init(_ scope: SpendingScope, _ limit: UsageLimit, _ reason: Reason) {
        self.scope = scope
        self.limit = limit
        self.reason = reason
    }
}

/// What is worth telling of a settlement.
package enum BudgetNotice: Sendable, Equatable {
    /// What was spent has reached this share of the amount; told once in a window.
    case reached(share: Double, BudgetClaim, spent: Int)
    /// The provider billed more than it could have: it is counted.
    case overshot(BudgetClaim, actual: Int)
}

extension BudgetClaim {
    func notices(_ actual: Int, spentBefore: Int, spent: Int, into notices: inout [BudgetNotice]) {
        if actual > reserved { notices.append(.overshot(self, actual: actual)) }
        for share in limit.alertShares {
            let threshold = Int((Double(limit.amount) * share).rounded(.up))
            if spentBefore < threshold, spent >= threshold { notices.append(.reached(share: share, self, spent: spent)) }
        }
    }
}
