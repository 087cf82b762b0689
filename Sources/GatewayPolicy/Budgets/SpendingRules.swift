// SPDX-License-Identifier: Apache-2.0

/// What a usage limit counts.
package enum BudgetUnit: String, CaseIterable, Sendable {
    /// Counted in billionths of a dollar.
    case usd
    case tokens, requests
}

/// One of `usage_limits`: so much in a window and no more.
package struct UsageLimit: Sendable, Equatable {
    /// More than anybody spends, and so far below what overflows that sums need no check.
    package static let largestAmount = 1 << 60

    package var unit: BudgetUnit
    package var period: BudgetPeriod
    /// Billionths of a dollar, tokens or requests.
    package var amount: Int
    /// Shares of the amount at which an alert is given, ascending; above 0, at most 1.
    package var alertShares: [Double]

    package init(_ unit: BudgetUnit, _ period: BudgetPeriod, amount: Int, alertShares: [Double] = []) {
        self.unit = unit
        self.period = period
        self.amount = amount
        self.alertShares = alertShares
    }
}

/// What a rate limit counts.
package enum RateUnit: String, CaseIterable, Sendable { case requests, tokens }

/// Over how long.
package enum RateSpan: String, CaseIterable, Sendable {
    case second, minute, hour, day

    package var nanoseconds: Int {
        switch self {
        case .second: 1_000_000_000
        case .minute: 60_000_000_000
        case .hour: 3_600_000_000_000
        case .day: 86_400_000_000_000
        }
    }
}

/// One of `rate_limits`.
package struct RateLimit: Sendable, Equatable {
    package static let largestAmount = 1 << 50

    package var unit: RateUnit
    package var span: RateSpan
    package var amount: Int

    package init(_ unit: RateUnit, _ span: RateSpan, amount: Int) {
        self.unit = unit
        self.span = span
        self.amount = amount
    }
}

/// The limits of one virtual key or one named budget. Two of one unit and period are one account, so only the lower one counts.
package struct SpendingRules: Sendable, Equatable {
    package private(set) var usage: [UsageLimit] = []
    package private(set) var rates: [RateLimit] = []

    package init() {}

    /// Of limits that cannot be read: nothing passes, since what they were meant to hold is not known.
    package static let nothing = SpendingRules(usage: [UsageLimit(.requests, .total, amount: 0)])

    package init(usage: [UsageLimit], rates: [RateLimit] = []) {
        for limit in usage { add(limit) }
        for limit in rates { add(limit) }
    }

    package var isEmpty: Bool { usage.isEmpty && rates.isEmpty }

    private mutating func add(_ limit: UsageLimit) {
        guard let index = usage.firstIndex(where: { $0.unit == limit.unit && $0.period == limit.period }) else {
            return usage.append(limit)
        }
        if limit.amount < usage[index].amount { usage[index] = limit }
    }

    private mutating func add(_ limit: RateLimit) {
        guard let index = rates.firstIndex(where: { $0.unit == limit.unit && $0.span == limit.span }) else {
            return rates.append(limit)
        }
        rates[index].amount = min(rates[index].amount, limit.amount)
    }
}
