// SPDX-License-Identifier: Apache-2.0

/// A rule as the breaker applies it: its bounds are enforced here, whoever wrote it.
struct BreakerThresholds {
    /// Without a rule: so many failures in a row.
    static let defaultConsecutiveFailures = 10
    private static let defaultRule = BreakerRule(failurePercent: 50, minimumRequests: 20, cooldownMilliseconds: 30_000)

    /// Nanoseconds from the first failure until the counts are forgotten, and for which the breaker opens the first time:
    /// Portkey's cooldown is both. 30 seconds to a day.
    let cooldown: UInt64
    private let rule: BreakerRule
    private let isDefault: Bool

    init(_ rule: BreakerRule?) {
        self.rule = rule ?? Self.defaultRule
        isDefault = rule == nil
        cooldown = Self.cooldown(of: rule)
    }

    static func cooldown(of rule: BreakerRule?) -> UInt64 {
        guard let milliseconds = rule?.cooldownMilliseconds else { return OutcomeCounts.defaultWindow }
        return UInt64(min(max(milliseconds, 30_000), 86_400_000)) * 1_000_000
    }

    /// Whether these counts open the breaker.
    func areReached(by counts: OutcomeCounts, now: UInt64) -> Bool {
        if isDefault, counts.consecutiveFailures >= Self.defaultConsecutiveFailures { return true }
        let count = counts.count(window: cooldown, now: now)
        guard count.failures > 0 else { return false }
        if let most = rule.failures, count.failures >= most { return true }
        guard let percent = rule.failurePercent else { return false }
        let total = count.failures + count.successes
        return total >= rule.minimumRequests && Double(count.failures) * 100 >= percent * Double(total)
    }
}
