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
    package let owner: String
    /// Of an owner that counts each value of something for itself: which.
    package let value: String?
    package let rules: SpendingRules
    /// The names of the accounts of `rules.usage` and of `rules.rates`, put together once, before a lock is held.
    let usageAccounts: [String]
    let rateAccounts: [String]

    package init(owner: String, value: String? = nil, _ rules: SpendingRules) {
        self.owner = owner
        self.value = value
        self.rules = rules
        usageAccounts = rules.usage.map { Self.account(owner, $0.unit.rawValue, $0.period.rawValue, value) }
        rateAccounts = rules.rates.map { Self.account(owner, $0.unit.rawValue, $0.span.rawValue, value) }
    }

    /// The account's name. A value may hold anything, so it comes last.
    package func account(_ limit: UsageLimit) -> String {
        Self.account(owner, limit.unit.rawValue, limit.period.rawValue, value)
    }

    /// Of an account of a usage limit; nil for what is none.
    static func period(ofAccount name: String) -> BudgetPeriod? {
        let parts = name.split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false)
        return parts.count < 4 ? nil : BudgetPeriod(rawValue: String(parts[3]))
    }

    private static func account(_ owner: String, _ unit: String, _ span: String, _ value: String?) -> String {
        let name = "\(owner)/\(unit)/\(span)"
        return value.map { "\(name)/\($0)" } ?? name
    }
}
