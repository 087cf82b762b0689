// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Routing

@Suite struct TargetHealthTests {
    private var health = TargetHealth()
    private let second: UInt64 = 1_000_000_000

    private func id(_ model: String) -> TargetID { TargetID(provider: "openai", key: "team", model: model) }
    private func only(now: UInt64 = 0) throws -> TargetSnapshot { try #require(health.snapshot(now: now).first) }

    /// A whole try.
    private mutating func send(_ slot: TargetSlot, _ end: TryEnd, now: UInt64) {
        let isProbe = health.begin(slot, isExtra: false, now: now) == .probe
        health.end(slot, end, asProbe: isProbe, begun: now, nil, now: now)
    }

    @Test mutating func `a target is what provider, key and model say, and keeps its slot`() {
        let slot = health.slot(of: id("a"))
        expectEqual(health.slot(of: id("a")), slot)
        expectEqual(health.slot(of: id("b")) != slot, true)
        expectEqual(health.slot(of: TargetID(provider: "openai", key: "", model: "a")) != slot, true)
        expectEqual(health.slot(of: TargetID(provider: "groq", key: "team", model: "a")) != slot, true)
        #expect(health.snapshot(now: 0).map(\.id.model) == ["a", "b", "a", "a"])
    }

    @Test mutating func `what is in flight is counted from begin to end, and load with it`() {
        let slot = health.slot(of: id("a"))
        #expect(health.load(slot, now: 0) == 0, "nothing is known: worth a try")
        _ = health.begin(slot, isExtra: false, now: 0)
        #expect(health.load(slot, now: 0) == 1e9, "but only one")
        health.end(slot, .answered(status: 200, latency: 5_000_000), asProbe: false, begun: 0, nil, now: 0)
        #expect(health.inFlight(slot) == 0)
        #expect(health.load(slot, now: 0) == 5e6)
        _ = health.begin(slot, isExtra: false, now: 0)
        health.beginRegardless(slot, now: 0)
        #expect(health.inFlight(slot) == 2)
        #expect(health.load(slot, now: 0) == 15e6)
        for _ in 0..<5 { health.end(slot, .cancelled, asProbe: false, begun: 0, nil, now: 0) }
        #expect(health.inFlight(slot) == 0)
    }

    @Test mutating func `a refused try is not in flight`() {
        let slot = health.slot(of: id("a"))
        for _ in 0..<10 { send(slot, .broken, now: 0) }
        guard case .refused = health.begin(slot, isExtra: false, now: 1) else {
            Issue.record("the breaker is not open")
            return
        }
        #expect(health.inFlight(slot) == 0)
    }

    @Test mutating func `a failure makes a target look slow, a caller's fault does not`() {
        let slot = health.slot(of: id("a"))
        send(slot, .answered(status: 200, latency: 5_000_000), now: 0)
        send(slot, .answered(status: 400, latency: 1), now: 0)
        send(slot, .cancelled, now: 0)
        #expect(health.load(slot, now: 0) == 5e6)
        send(slot, .answered(status: 429, latency: 1), now: 0)
        #expect(health.load(slot, now: 0) == 1e9)
        _ = health.begin(slot, isExtra: false, now: 0)
        health.end(slot, .timedOut, asProbe: false, begun: 0, nil, now: 4 * second)
        #expect(health.load(slot, now: 4 * second) == 4e9)
    }

    @Test mutating func `a refused key is marked until it is taken, and opens nothing`() throws {
        let slot = health.slot(of: id("a"))
        for _ in 0..<50 { send(slot, .answered(status: 401, latency: 1), now: 0) }
        #expect(try only().keyRejected)
        #expect(try only().state == .closed)
        send(slot, .answered(status: 500, latency: 1), now: 0)
        #expect(try only().keyRejected)
        send(slot, .answered(status: 200, latency: 1), now: 0)
        #expect(try !only().keyRejected)
        send(slot, .answered(status: 403, latency: 1), now: 0)
        #expect(try only().keyRejected)
        health.reset(id("a"), now: 0)
        #expect(try !only().keyRejected)
    }

    @Test mutating func `a snapshot shows the breaker's counts and times`() throws {
        let slot = health.slot(of: id("a"))
        for _ in 0..<9 { send(slot, .broken, now: 0) }
        send(slot, .answered(status: 200, latency: 8_000_000), now: 0)
        send(slot, .broken, now: 0)
        _ = health.begin(slot, isExtra: false, now: 0)
        var shown = try only()
        #expect((shown.failures, shown.successes, shown.consecutiveFailures) == (10, 1, 1))
        #expect((shown.state, shown.openMilliseconds, shown.intervalMilliseconds) == (.closed, nil, nil))
        #expect((shown.inFlight, shown.tries, shown.latencyMilliseconds) == (1, 12, 1000))
        for _ in 0..<9 { send(slot, .broken, now: second) }
        shown = try only(now: 2 * second + 1)
        #expect((shown.state, shown.openMilliseconds, shown.intervalMilliseconds) == (.open, 29_000, 30_000))
        #expect((shown.failures, shown.successes, shown.consecutiveFailures) == (0, 0, 0))
        #expect(try only(now: 31 * second).state == .halfOpen)
        #expect(try only(now: 31 * second).openMilliseconds == 0)
    }

    @Test mutating func `only what is no retry and no hedge earns them`() {
        let slot = health.slot(of: id("a"))
        let rule = HedgeRule(delay: .milliseconds(5), mostExtraPercent: 50)
        while health.takeRetry(slot, now: 0) {}
        for _ in 0..<50 {
            _ = health.begin(slot, isExtra: true, now: 0)
        }
        expectEqual(health.takeRetry(slot, now: 0), false)
        expectEqual(health.takeHedge(slot, rule, now: 0), false)
        for _ in 0..<5 { _ = health.begin(slot, isExtra: false, now: 0) }
        expectEqual(health.takeRetry(slot, now: 0), true)
        expectEqual(health.takeRetry(slot, now: 0), false)
        expectEqual(health.takeHedge(slot, rule, now: 0), true)
        expectEqual(health.takeHedge(slot, rule, now: 0), true)
        expectEqual(health.takeHedge(slot, rule, now: 0), false)
    }

    @Test mutating func `a hedge's delay is as said, or the percentile of the good answers`() {
        let slot = health.slot(of: id("a"))
        let percentile = HedgeRule(delay: .percentile(95))
        #expect(health.hedgeDelay(slot, HedgeRule(delay: .milliseconds(70))) == 70)
        #expect(health.hedgeDelay(slot, HedgeRule(delay: .milliseconds(-70))) == 0)
        #expect(health.hedgeDelay(slot, percentile) == nil)
        for _ in 0..<100 { send(slot, .answered(status: 200, latency: 100_000_000), now: 0) }
        for _ in 0..<9 { send(slot, .answered(status: 404, latency: 1), now: 0) }
        #expect((100...126).contains(health.hedgeDelay(slot, percentile) ?? 0))
    }
}

@Suite struct HedgeShareTests {
    @Test(arguments: [0, 1, 5, 10, 33.3, 100, 1000, -1, .nan] as [Double])
    func `hedges are never more than the share, and no fewer in the end`(percent: Double) {
        var share = HedgeShare()
        let allowed = percent.isNaN ? 0 : max(min(percent, 100), 0) / 100
        let requests = 50_000
        var hedges = 0
        var excess = 0.0
        for request in 1...requests {
            share.countRequest()
            if share.take(percent: percent) { hedges += 1 }
            excess = max(excess, Double(hedges) - allowed * Double(request))
        }
        #expect(excess < 0.001)
        #expect(Double(hedges) >= allowed * Double(requests) * 0.95, "halving costs a little")
    }
}
