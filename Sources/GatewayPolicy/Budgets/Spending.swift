// SPDX-License-Identifier: Apache-2.0

/// What one try takes of budgets and rate limits: at worst before it is sent, really after it has ended.
package struct Spending: Sendable, Equatable {
    /// Billionths of a dollar. nil: before, the model has no price; after, nobody knows.
    package var nanoUSD: Int?
    /// Input and output. nil: nobody knows.
    package var tokens: Int?
    package var requests: Int

    package init(nanoUSD: Int?, tokens: Int?, requests: Int = 1) {
        self.nanoUSD = nanoUSD
        self.tokens = tokens
        self.requests = requests
    }

    /// Of a try that was never sent.
    package static let nothing = Spending(nanoUSD: 0, tokens: 0, requests: 0)

    package func amount(_ unit: BudgetUnit) -> Int? {
        switch unit {
        case .usd: nanoUSD
        case .tokens: tokens
        case .requests: requests
        }
    }

    package func amount(_ unit: RateUnit) -> Int? { unit == .tokens ? tokens : requests }
}

/// Whose limits a try is under: an owner's rules, and the account that they are counted in.
package struct SpendingScope: Sendable, Equatable {
    /// `virtual_key/NAME` or `budget/NAME`.
    package var owner: String
    /// Of an owner that counts each value of something for itself: which.
    package var value: String?
    package var rules: SpendingRules

    package init(owner: String, value: String? = nil, _ rules: SpendingRules) {
        self.owner = owner
        self.value = value
        self.rules = rules
    }

    /// The account's name. A value may hold anything, so it comes last.
    package func account(_ limit: UsageLimit) -> String {
        account(limit.unit.rawValue, limit.period.rawValue)
    }

    package func account(_ limit: RateLimit) -> String {
        account(limit.unit.rawValue, limit.span.rawValue)
    }

    /// Of an account of a usage limit; nil for what is none.
    static func period(ofAccount name: String) -> BudgetPeriod? {
        let parts = name.split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false)
        return parts.count < 4 ? nil : BudgetPeriod(rawValue: String(parts[3]))
    }

    private func account(_ unit: String, _ span: String) -> String {
        let name = "\(owner)/\(unit)/\(span)"
        return value.map { "\(name)/\($0)" } ?? name
    }
}
