// SPDX-License-Identifier: Apache-2.0
import GatewayPolicy
import Testing

@testable import WicketDaemon

@Suite struct BudgetEntriesTests {
    @Test func `budgets are read with their scopes and limits`() throws {
        let rules = try read(
            """
            budgets:
              host: {scope: host, usage_limits: [{unit: usd, amount: 2.5, period: monthly, alert_at: 0.8}]}
              team:
                scope: metadata.team
                rate_limits: [{unit: tokens, amount: 1000, per: minute}]
                usage_limits:
              on_store_failure: allow
            """
        ).budgets
        #expect(
            rules.budgets == [
                NamedBudget(
                    name: "host", match: .host,
                    rules: SpendingRules(usage: [UsageLimit(.usd, .monthly, amount: 2_500_000_000, alertShares: [0.8])])),
                NamedBudget(
                    name: "team", match: .metadata("team", nil),
                    rules: SpendingRules(usage: [], rates: [RateLimit(.tokens, .minute, amount: 1000)])),
            ])
        #expect(rules.onStoreFailure == .allow && rules.unpriced == .refuse && rules.looksAtMetadata)
        #expect(try read("budgets:").budgets == BudgetRules())
    }

    @Test(arguments: [
        ("budgets: [a]", "w.yaml:1:10: `budgets` must be a mapping, not"),
        ("budgets:\n  a/b: {}", "w.yaml:2:3: `budgets` has `a/b`, which is no name"),
        ("budgets:\n  a: {}", "w.yaml:2:3: `budgets` has `a`, which limits nothing: give it usage_limits or rate_limits"),
        ("budgets:\n  a: {scop: host}", "w.yaml:2:7: `budgets` has `a` with `scop`, which is not a key; did you mean `scope`?"),
        ("budgets:\n  a: {scope: everyone}", "w.yaml:2:14: `budgets` has a `scope` that is none of host,"),
        (
            "budgets:\n  a: {usage_limits: [{unit: usd, amount: 1, period: yearly}]}",
            "w.yaml:2:21: `budgets` has `usage_limits[0].period`: 'period' is one of hourly, daily, weekly, monthly, total."
        ),
        ("budgets:\n  unpriced: no", "w.yaml:2:13: `budgets` has `unpriced`, which must be refuse or allow, not `no`"),
    ])
    func `what is wrong is told with its place`(_ text: String, _ fault: String) {
        let found = faults(text)
        #expect(found.first?.hasPrefix(fault) == true, "\(found)")
    }
}
