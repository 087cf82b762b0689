// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Routing

/// Many callers with different rules at one target, at random; an observer that knows only what it was told.
@Suite struct BreakerPropertyTests {
    private struct Try {
        var isProbe: Bool
        var begun: UInt64
        var rule: BreakerRule?
        var isLastResort = false
    }

    /// What the transitions have told.
    private struct Observer {
        var openUntil: UInt64?
        var isHalfOpen = false
        var lastOpening = 0
        var cooldowns: Set<Int> = []

        mutating func hear(_ transitions: [BreakerTransition], now: UInt64) {
            for transition in transitions {
                switch transition.change {
                case .opened, .tripped:
                    openUntil = now + UInt64(transition.openMilliseconds) * 1_000_000
                    isHalfOpen = false
                    if transition.change == .opened { #expect(cooldowns.contains(transition.openMilliseconds)) }
                case .reopened:
                    #expect(isHalfOpen)
                    let multiples = [2, 4, 8, 10].map { transition.openMilliseconds / $0 }
                    #expect(!cooldowns.isDisjoint(with: multiples))
                    openUntil = now + UInt64(transition.openMilliseconds) * 1_000_000
                    isHalfOpen = false
                case .halfOpened:
                    #expect(openUntil.map { $0 <= now } ?? false)
                    isHalfOpen = true
                case .closed, .reset:
                    #expect(isHalfOpen || transition.change == .reset)
                    openUntil = nil
                    isHalfOpen = false
                }
            }
        }
    }

    private static let rules: [BreakerRule?] = [
        nil, BreakerRule(failures: 3, cooldownMilliseconds: 30_000), BreakerRule(failures: 5, cooldownMilliseconds: 45_000),
        BreakerRule(failurePercent: 40, minimumRequests: 4, cooldownMilliseconds: 120_000),
    ]
    private static let ends: [TryEnd] = [
        .answered(status: 200, latency: 1), .answered(status: 200, latency: 1), .answered(status: 500, latency: 1), .broken,
        .timedOut, .cancelled, .answered(status: 429, latency: 1), .answered(status: 401, latency: 1),
    ]

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `never asked while open, one probe at a time, closed only by it, and never stuck`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var health = TargetHealth()
        let id = TargetID(provider: "p", key: "k", model: "m")
        let slot = health.slot(of: id)
        var observer = Observer(cooldowns: [30_000, 45_000, 120_000])
        var running: [Try] = []
        /// When the probe began that the breaker waits for.
        var probe: UInt64?
        var now: UInt64 = 0
        let outage = Int.random(in: 2...8, using: &random)

        for _ in 0..<1500 {
            now += UInt64.random(in: 0...(random.chance(40) ? 200_000_000_000 : 2_000_000_000), using: &random)
            if random.chance(400) {
                health.reset(id, now: now)
                probe = nil
            }
            if random.chance(400) {
                health.trip(id, for: Int.random(in: 1...60_000, using: &random), now: now)
                probe = nil
            }
            observer.hear(health.takeTransitions(), now: now)
            if running.isEmpty || !random.chance(2) {
                let rule = try #require(Self.rules.randomElement(using: &random))
                let asked = health.mayAdmit(slot, now: now)
                let admission = health.begin(slot, isExtra: false, now: now)
                #expect(asked == admission)
                observer.hear(health.takeTransitions(), now: now)
                switch admission {
                case .open:
                    #expect(observer.openUntil == nil)
                    running.append(Try(isProbe: false, begun: now, rule: rule))
                case .probe:
                    #expect(observer.isHalfOpen)
                    #expect(try #require(observer.openUntil) <= now)
                    #expect(probe == nil)
                    probe = now
                    running.append(Try(isProbe: true, begun: now, rule: rule))
                case .refused(let until):
                    #expect(until > now)
                    #expect(observer.openUntil != nil)
                    if random.chance(10) {
                        health.beginRegardless(slot, now: now)
                        running.append(Try(isProbe: false, begun: now, rule: rule, isLastResort: true))
                    }
                }
            } else {
                let ended = running.remove(at: Int.random(in: running.indices, using: &random))
                let good = random.chance(outage)
                let end = good ? Self.ends[0] : try #require(Self.ends.randomElement(using: &random))
                let wasHalfOpen = observer.isHalfOpen
                if ended.isProbe, good, random.chance(3) { health.heard(slot, asProbe: true, begun: ended.begun, now: now) }
                health.end(slot, end, asProbe: ended.isProbe, begun: ended.begun, ended.rule, now: now)
                let told = health.takeTransitions()
                if !ended.isProbe, wasHalfOpen || ended.isLastResort {
                    #expect(!told.contains { $0.change == .closed || $0.change == .reopened })
                }
                observer.hear(told, now: now)
                if ended.isProbe, ended.begun == probe { probe = nil }
            }
            #expect(health.inFlight(slot) == running.count)
            if observer.isHalfOpen, probe == nil { #expect(health.mayAdmit(slot, now: now) == .probe) }
        }
        for ended in running {
            health.end(slot, .cancelled, asProbe: ended.isProbe, begun: ended.begun, ended.rule, now: now)
        }
        now += 10 * 120_000_000_000
        if case .refused = health.begin(slot, isExtra: false, now: now) { Issue.record("stuck") }
    }
}
