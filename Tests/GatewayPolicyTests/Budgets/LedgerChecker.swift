// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayPolicy

/// What must hold of a ledger, found out the long way: every holding is kept, every sum added up anew, windows come from
/// Foundation's calendar, and rates from levels that rise with time.
struct LedgerChecker {
    enum Verdict: Equatable { case admit, tooMuch, tooFast }

    private struct Holding {
        var id: Int
        var account: Account
        var window: Date
        var amount: Int
    }
    private struct Account: Hashable {
        var owner: String
        var value: String?
        var unit: BudgetUnit
        var period: BudgetPeriod
    }
    private struct Level {
        var free: Double
        var at: Int
    }
    private var holdings: [Holding] = []
    private var levels: [String: Level] = [:]
    private var taken: [Int: [(String, RateLimit, Int)]] = [:]
    private var limits: [Account: (UsageLimit, SpendingScope)] = [:]
    private var asked: (scopes: [SpendingScope], worst: Spending)?
    private(set) var fault: String?

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = TimeZone(identifier: "UTC")!
        return calendar
    }()

    mutating func expect(_ holds: Bool, _ message: @autoclosure () -> String) {
        if !holds, fault == nil { fault = message() }
    }

    static func window(_ period: BudgetPeriod, _ wall: Int) -> Date {
        let date = Date(timeIntervalSince1970: Double(wall) / 1000)
        return switch period {
        case .hourly: calendar.dateInterval(of: .hour, for: date)!.start
        case .daily: calendar.dateInterval(of: .day, for: date)!.start
        case .weekly: calendar.dateInterval(of: .weekOfYear, for: date)!.start
        case .monthly: calendar.dateInterval(of: .month, for: date)!.start
        case .total: Date(timeIntervalSince1970: 0)
        }
    }

    // MARK: Events

    mutating func verdict(_ scopes: [SpendingScope], _ worst: Spending, wall: Int, now: Int) -> Verdict {
        asked = (scopes, worst)
        for scope in scopes {
            for limit in scope.rules.rates {
                let wanted = limit.unit == .tokens ? worst.tokens! : worst.requests
                if Double(wanted) > level(key(scope, limit), limit, now) + 1e-6 { return .tooFast }
            }
        }
        for scope in scopes {
            for limit in scope.rules.usage {
                let account = Account(owner: scope.owner, value: scope.value, unit: limit.unit, period: limit.period)
                limits[account] = (limit, scope)
                if sum(account, Self.window(limit.period, wall)) + amount(worst, limit.unit)! > limit.amount { return .tooMuch }
            }
        }
        return .admit
    }

    /// What was asked about is held from now on.
    mutating func admit(_ id: Int, _ worst: Spending, wall: Int, now: Int) {
        guard let asked else { return }
        for scope in asked.scopes {
            for limit in scope.rules.usage {
                let account = Account(owner: scope.owner, value: scope.value, unit: limit.unit, period: limit.period)
                let window = Self.window(limit.period, wall)
                holdings.append(Holding(id: id, account: account, window: window, amount: amount(worst, limit.unit)!))
                expect(sum(account, window) <= limit.amount, "\(account) is passed")
            }
            for limit in scope.rules.rates {
                let wanted = limit.unit == .tokens ? worst.tokens! : worst.requests
                levels[key(scope, limit)] = Level(free: level(key(scope, limit), limit, now) - Double(wanted), at: now)
                taken[id, default: []].append((key(scope, limit), limit, wanted))
            }
        }
    }

    mutating func settle(_ id: Int, _ actual: Spending, now: Int) {
        for index in holdings.indices where holdings[index].id == id {
            holdings[index].amount = amount(actual, holdings[index].account.unit) ?? holdings[index].amount
        }
        for (key, limit, wanted) in taken.removeValue(forKey: id) ?? [] {
            guard let used = limit.unit == .tokens ? actual.tokens : actual.requests else { continue }
            levels[key] = Level(
                free: min(Double(limit.amount), level(key, limit, now) + Double(wanted - used)), at: now)
        }
    }

    /// Once all is settled: what the ledger has spent, in each window that it remembers, and that nothing is left over.
    func difference(_ ledger: SpendingLedger, wall: Int) -> String? {
        if !ledger.isIdle { return "something was not settled" }
        for (account, (limit, scope)) in limits {
            let window = Self.window(account.period, wall)
            let standing = ledger.budgets.standing(scope.account(limit), limit.period.window(at: wall))
            if standing.reserved != 0 { return "\(account) leaks \(standing.reserved)" }
            let spent = sum(account, window)
            if standing.spent != spent { return "\(account) has spent \(spent), and the ledger says \(standing.spent)" }
        }
        return nil
    }

    // MARK: Parts

    private func sum(_ account: Account, _ window: Date) -> Int {
        holdings.reduce(0) { $0 + ($1.account == account && $1.window == window ? $1.amount : 0) }
    }

    private func amount(_ spending: Spending, _ unit: BudgetUnit) -> Int? {
        switch unit {
        case .usd: spending.nanoUSD
        case .tokens: spending.tokens
        case .requests: spending.requests
        }
    }

    private func key(_ scope: SpendingScope, _ limit: RateLimit) -> String {
        "\(scope.owner) \(scope.value ?? "-") \(limit.unit) \(limit.span)"
    }

    private func level(_ key: String, _ limit: RateLimit, _ now: Int) -> Double {
        guard let level = levels[key] else { return Double(limit.amount) }
        let seconds = Double(now - level.at) / 1e9
        let span = Double(limit.span.nanoseconds) / 1e9
        return min(Double(limit.amount), level.free + seconds * Double(limit.amount) / span)
    }
}
