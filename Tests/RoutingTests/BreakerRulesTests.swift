// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Routing

/// One target, used by configs with different rules.
@Suite struct BreakerRulesTests {
    private var health = TargetHealth()
    private let id = TargetID(provider: "openai", key: "team", model: "m")
    private let second: UInt64 = 1_000_000_000

    private mutating func send(_ status: Int, _ count: Int = 1, _ rule: BreakerRule?, second now: UInt64) -> BreakerState? {
        let slot = health.slot(of: id)
        for _ in 0..<count {
            let begun = now * second
            guard case .open = health.begin(slot, isExtra: false, now: begun) else { break }
            health.end(slot, .answered(status: status, latency: 1), asProbe: false, begun: begun, rule, now: begun)
        }
        return health.snapshot(now: now * second).first?.state
    }

    @Test mutating func `failures count whatever config made them, and the rule of the try that ends judges`() {
        let lenient = BreakerRule(failures: 100, cooldownMilliseconds: 30_000)
        let strict = BreakerRule(failures: 8, cooldownMilliseconds: 30_000)
        expectEqual(send(500, 6, lenient, second: 0), .closed)
        expectEqual(send(500, 1, nil, second: 1), .closed)
        expectEqual(send(500, 1, strict, second: 2), .open)
    }

    @Test mutating func `a status counts by the codes of the config that got it`() {
        let limits = BreakerRule(failures: 2, cooldownMilliseconds: 30_000, codes: [429])
        expectEqual(send(429, 5, nil, second: 0), .closed)
        expectEqual(send(500, 5, limits, second: 0), .closed)
        expectEqual(send(429, 1, limits, second: 0), .closed)
        expectEqual(send(429, 1, limits, second: 0), .open)
    }

    @Test mutating func `each length of window forgets by itself`() {
        let short = BreakerRule(failures: 4, cooldownMilliseconds: 40_000)
        let long = BreakerRule(failures: 4, cooldownMilliseconds: 600_000)
        expectEqual(send(500, 1, short, second: 0), .closed)
        expectEqual(send(500, 1, long, second: 1), .closed)
        expectEqual(send(500, 2, short, second: 50), .closed, "the first of the short window is forgotten, 2 are left")
        expectEqual(send(500, 1, short, second: 51), .closed)
        expectEqual(send(500, 1, long, second: 52), .open, "the long window has seen 5")
    }

    @Test mutating func `many lengths push each other out, but not the default's`() {
        expectEqual(send(500, 9, nil, second: 0), .closed)
        for cooldown in 31...200 {
            let rule = BreakerRule(failures: 1000, cooldownMilliseconds: cooldown * 1000)
            expectEqual(send(200, 1, rule, second: 1), .closed)
            expectEqual(send(500, 1, rule, second: 1), .closed)
            expectEqual(send(200, 1, rule, second: 1), .closed)
        }
        #expect(health.snapshot(now: second).first?.failures == 179)
    }

    @Test mutating func `a percentage waits for its minimum`() {
        let rule = BreakerRule(failurePercent: 20, minimumRequests: 10, cooldownMilliseconds: 60_000)
        expectEqual(send(500, 5, rule, second: 0), .closed)
        expectEqual(send(200, 4, rule, second: 0), .closed)
        expectEqual(send(404, 4, rule, second: 0), .closed, "neither a failure nor a success")
        expectEqual(send(200, 1, rule, second: 0), .open)
    }
}
