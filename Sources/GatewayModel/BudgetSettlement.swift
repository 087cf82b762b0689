// SPDX-License-Identifier: Apache-2.0

/// What one reservation came to: it ends in the ledger with exactly these charges, in the transaction of its call's row.
package struct BudgetSettlement: Sendable, Equatable {
    package var reservation: Int
    /// One for each account that the reservation drew on; an amount of 0 releases it.
    package var charges: [BudgetCharge]
    /// Whether the reservation is in the store: it is settled there exactly once, however often that is tried.
    package var isStored = true

    package init(reservation: Int, charges: [BudgetCharge]) {
        self.reservation = reservation
        self.charges = charges
    }
}

/// An amount in one account's window: reserved, spent, or (negative) taken back.
package struct BudgetCharge: Sendable, Equatable {
    /// `budget/NAME/usd/monthly[/VALUE]`: whose account, in which unit and period.
    package var account: String
    /// When the window begins, in milliseconds since 1970.
    package var window: Int
    /// Billionths of a dollar, tokens or requests.
    package var amount: Int

    package init(account: String, window: Int, amount: Int) {
        self.account = account
        self.window = window
        self.amount = amount
    }
}
