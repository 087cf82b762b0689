// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import Testing

struct BudgetRulesTests {
    private static let limits = SpendingRules(usage: [UsageLimit(.requests, .total, amount: 1)])
    private static func budget(_ name: String, _ match: String?) -> NamedBudget {
        NamedBudget(name: name, match: match.flatMap(BudgetMatch.init), rules: limits)
    }
    private static let subject = BudgetSubject(
        virtualKey: "prod", keyRules: limits, policy: "web", uid: 1000, unit: "a.service", metadata: ["team": "x/y"])

    @Test(arguments: [
        ("host", "budget/b", nil), ("virtual_key", "budget/b", "prod"), ("virtual_key=prod", "budget/b", nil),
        ("policy", "budget/b", "web"), ("policy=web", "budget/b", nil), ("uid", "budget/b", "1000"),
        ("uid=1000", "budget/b", nil),
        ("unit", "budget/b", "a.service"), ("unit=a.service", "budget/b", nil), ("metadata.team", "budget/b", "x/y"),
        ("metadata.team=x/y", "budget/b", nil),
        ("virtual_key=dev", nil, nil), ("policy=cron", nil, nil), ("uid=0", nil, nil), ("unit=b.service", nil, nil),
        ("metadata.team=z", nil, nil), ("metadata.user", nil, nil),
    ] as [(String, String?, String?)])
    func `a budget is drawn on by the calls of its scope`(_ match: String, _ owner: String?, _ value: String?) throws {
        let scopes = try BudgetRules(budgets: [Self.budget("b", match)]).scopes(of: Self.subject)
        #expect(scopes.map(\.owner) == ["virtual_key/prod", owner].compactMap { $0 })
        #expect(scopes.last?.value == value)
    }

    @Test(arguments: ["", "hosts", "host=a", "uid=", "uid=x", "uid=-1", "metadata.", "metadata", "unit="])
    func `what is no scope is none`(_ text: String) { #expect(BudgetMatch(text) == nil) }

    @Test(arguments: ["host", "virtual_key", "policy=a", "uid", "uid=7", "unit=a=b", "metadata.a=b", "metadata.a"])
    func `a scope reads as it was written`(_ text: String) { #expect(BudgetMatch(text)?.text == text) }

    @Test func `a policy's budget is drawn on by its calls alone, and once`() throws {
        let rules = BudgetRules(budgets: [Self.budget("own", nil), Self.budget("each", "uid")])
        var subject = BudgetSubject(policy: "web", uid: 7)
        #expect(try rules.scopes(of: subject).map(\.owner) == ["budget/each"])
        subject.policyBudget = "own"
        #expect(try rules.scopes(of: subject).map(\.owner) == ["budget/own", "budget/each"])
        subject.policyBudget = "each"
        #expect(try rules.scopes(of: subject).map(\.value) == ["7"])
    }

    @Test func `a policy that names a budget which there is not lets nothing through`() {
        let subject = BudgetSubject(policy: "web", policyBudget: "gone", uid: 7)
        #expect(throws: GatewayFailure.self) { try BudgetRules().scopes(of: subject) }
    }
}

struct LimitReaderTests {
    @Test func `limits are read as they are written`() throws {
        let rules = try LimitReader.rules(
            usage: Array(
                (#"[{"unit":"usd","amount":5.25,"period":"hourly","alert_at":[0.9,0.5]},"#
                    + #"{"unit":"tokens","amount":7,"period":"total"}]"#).utf8),
            rates: Array(#"[{"unit":"tokens","amount":1000,"per":"minute"}]"#.utf8))
        #expect(
            rules.usage == [
                UsageLimit(.usd, .hourly, amount: 5_250_000_000, alertShares: [0.5, 0.9]), UsageLimit(.tokens, .total, amount: 7),
            ])
        #expect(rules.rates == [RateLimit(.tokens, .minute, amount: 1000)])
    }

    @Test func `of two limits of one account the lower one counts`() {
        let rules = SpendingRules(usage: [
            UsageLimit(.usd, .daily, amount: 5), UsageLimit(.usd, .daily, amount: 3), UsageLimit(.usd, .weekly, amount: 9),
        ])
        #expect(rules.usage.map(\.amount) == [3, 9])
    }

    @Test(arguments: [
        (#"{}"#, "usage_limits"), (#"[1]"#, "usage_limits[0]"),
        (#"[{"unit":"eur","amount":1,"period":"daily"}]"#, "usage_limits[0].unit"),
        (#"[{"unit":"usd","amount":0,"period":"daily"}]"#, "usage_limits[0].amount"),
        (#"[{"unit":"usd","amount":1e30,"period":"daily"}]"#, "usage_limits[0].amount"),
        (#"[{"unit":"usd","amount":1,"period":"yearly"}]"#, "usage_limits[0].period"),
        (#"[{"unit":"usd","amount":1,"period":"daily","alert_at":2}]"#, "usage_limits[0].alert_at"),
        (#"[{"unit":"usd","amount":1,"period":"daily","alert_at":[0]}]"#, "usage_limits[0].alert_at"),
        (#"[{"unit":"usd","unit":"usd","amount":1,"period":"daily"}]"#, "usage_limits[0].unit"),
        (#"[{"unit":"usd","amount":1,"period":"daily","per":"day"}]"#, "usage_limits[0].per"),
    ])
    func `a fault is told with its place`(_ text: String, _ path: String) {
        let failure = #expect(throws: GatewayFailure.self) { try LimitReader.usage(Array(text.utf8)) }
        #expect(failure?.path == path)
    }

    @Test(arguments: [
        (0, "$0.00"), (1, "$0.000000001"), (100_000_000, "$0.10"), (5_250_000_000, "$5.25"), (-100_000_000, "-$0.10"),
        (12_345_678_901_000, "$12345.678901"),
    ])
    func `money is shown in dollars, exactly`(_ nano: Int, _ text: String) { #expect(BudgetUnit.usd.shown(nano) == text) }
}

struct RateLimiterTests {
    private let scope = SpendingScope(
        owner: "virtual_key/prod",
        SpendingRules(
            usage: [], rates: [RateLimit(.requests, .minute, amount: 60), RateLimit(.tokens, .minute, amount: 1000)]))

    @Test func `a quiet bucket is full, an empty one tells when to come again`() {
        var limiter = RateLimiter()
        for _ in 0..<60 { #expect(limiter.admit([scope], Spending(nanoUSD: 0, tokens: 0), now: 5) != .admitted([])) }
        guard case .refused(let refusal) = limiter.admit([scope], Spending(nanoUSD: 0, tokens: 0), now: 5) else {
            Issue.record("admitted")
            return
        }
        #expect(refusal.failure.code == .rateLimited && refusal.failure.retryAfterMilliseconds == 1000)
        guard case .admitted = limiter.admit([scope], Spending(nanoUSD: 0, tokens: 0), now: 1_000_000_005) else {
            Issue.record("not admitted when it was time")
            return
        }
    }

    @Test func `tokens that were not used come back`() {
        var limiter = RateLimiter()
        guard case .admitted(let tickets) = limiter.admit([scope], Spending(nanoUSD: 0, tokens: 900), now: 0) else { return }
        guard case .refused = limiter.admit([scope], Spending(nanoUSD: 0, tokens: 900), now: 0) else {
            Issue.record("admitted")
            return
        }
        limiter.correct(tickets, Spending(nanoUSD: 0, tokens: 100), now: 0)
        guard case .admitted = limiter.admit([scope], Spending(nanoUSD: 0, tokens: 900), now: 0) else {
            Issue.record("not given back")
            return
        }
    }

    @Test func `what can never be admitted says so`() {
        var limiter = RateLimiter()
        guard case .refused(let refusal) = limiter.admit([scope], Spending(nanoUSD: 0, tokens: 1001), now: 0) else { return }
        #expect(refusal.failure.retryable == false && refusal.failure.retryAfterMilliseconds == nil)
    }
}
