// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Routing

@Suite struct LatencyTests {
    private let second: UInt64 = 1_000_000_000
    private let millisecond: UInt64 = 1_000_000

    @Test func `a slow answer counts at once, fast ones after it only with time`() {
        var latency = LatencyEstimate()
        #expect(!latency.isKnown)
        latency.observe(100 * millisecond, now: 0)
        #expect(latency.value(now: 0) == 100e6)
        latency.observe(900 * millisecond, now: second)
        #expect(latency.value(now: second) == 900e6)
        latency.observe(100 * millisecond, now: second)
        #expect(latency.value(now: second) == 900e6, "no time has passed")
        latency.observe(100 * millisecond, now: 11 * second)
        #expect(latency.value(now: 11 * second) == 500e6, "half of the way after one half-life")
    }

    @Test func `without answers it sinks by half each half-life`() {
        var latency = LatencyEstimate()
        latency.observe(800 * millisecond, now: 0)
        #expect([0, 10, 20, 30].map { latency.value(now: $0 * second) } == [800e6, 400e6, 200e6, 100e6])
        #expect(latency.value(now: .max) == 0)
    }

    @Test func `the weight of the past falls all the time and halves exactly`() {
        var last = 1.1
        for elapsed in stride(from: 0, through: 100 * second, by: 123_456_789) {
            let weight = LatencyEstimate.weight(after: elapsed)
            #expect(weight < last)
            last = weight
        }
        #expect(LatencyEstimate.weight(after: 0) == 1)
        #expect(LatencyEstimate.weight(after: 3 * LatencyEstimate.halfLife) == 0.125)
    }

    @Test func `a failure counts as a second, however fast it came, and at least as what is known`() {
        var latency = LatencyEstimate()
        latency.observeFailure(millisecond, now: 0)
        #expect(latency.value(now: 0) == 1e9)
        latency.observe(5 * second, now: 0)
        latency.observeFailure(millisecond, now: 10 * second)
        #expect(latency.value(now: 10 * second) == 5e9)
        latency.observe(.max, now: 10 * second)
        latency.observeFailure(.max, now: 10 * second)
        #expect(latency.value(now: 10 * second) == 3600e9)
    }

    @Test func `a percentile is not known before twenty answers`() {
        var histogram = LatencyHistogram()
        for _ in 0..<19 { histogram.record(millisecond) }
        #expect(histogram.percentile(50) == nil)
        histogram.record(millisecond)
        #expect(histogram.percentile(50) != nil)
        #expect(histogram.percentile(.nan) == nil)
        #expect(histogram.percentile(-1) == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `a percentile is at most a quarter above the exact one, and never below`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var histogram = LatencyHistogram()
        var latencies: [UInt64] = []
        let doublings = UInt64.random(in: 10...38, using: &random)
        for _ in 0..<Int.random(in: 20...1000, using: &random) {
            let latency = UInt64.random(in: 0...(1 << doublings), using: &random)
            latencies.append(latency)
            histogram.record(latency)
        }
        latencies.sort()
        for percent in [0, 1, 50, 90, 95, 99, 100, 1000] as [Double] {
            let rank = max(Int((Double(latencies.count) * min(percent, 100) / 100).rounded(.up)), 1)
            let exact = Double(latencies[rank - 1])
            let found = Double(try #require(histogram.percentile(percent)))
            #expect(found >= exact)
            #expect(found <= exact * 1.25 + 262_144 * 1.25)
        }
    }

    @Test func `the last few hundred answers count, and one that took for ever fits`() throws {
        var histogram = LatencyHistogram()
        for _ in 0..<100_000 { histogram.record(.max) }
        for _ in 0..<5000 { histogram.record(10 * millisecond) }
        #expect(try #require(histogram.percentile(95)) < 13 * millisecond)
        #expect(try #require(histogram.percentile(100)) < 13 * millisecond)
    }
}
