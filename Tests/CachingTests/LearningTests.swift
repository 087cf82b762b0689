// SPDX-License-Identifier: Apache-2.0
import Caching
import Testing

@Test func `an entry that was wrong once asks for nearer questions from then on`() {
    var learned = LearnedThreshold()
    #expect(learned.allows(0.5))
    learned.confirmed(at: 0.9)
    #expect(learned.floor == 0)
    let first = learned.refuted(at: 0.91)
    #expect(first == .keep)
    #expect(!learned.allows(0.91))
    #expect(!learned.allows(0.92))
    #expect(learned.allows(0.94))
    let second = learned.refuted(at: 0.86)
    #expect(second == .keep)
    #expect(!learned.allows(0.92), "a refutation further away takes nothing back")
    #expect((learned.confirmed, learned.refuted) == (1, 2))
}

@Test func `an entry that is wrong again and again goes`() {
    var learned = LearnedThreshold()
    let outcomes = (0..<LearnedThreshold.mostRefuted).map { _ in learned.refuted(at: 0.86) }
    #expect(outcomes.dropLast().allSatisfy { $0 == .keep })
    #expect(outcomes.last == .drop)
}

@Test func `an entry that was wrong for its very own words goes at once`() {
    var learned = LearnedThreshold()
    let outcome = learned.refuted(at: 0.995)
    #expect(outcome == .drop)
    var other = LearnedThreshold()
    let unknown = other.refuted(at: .nan)
    #expect(unknown == .keep)
    #expect(other.allows(0.9))
}

/// Wilson's interval as other software gives it (statsmodels, proportion_confint, method "wilson").
@Test(arguments: [
    (0, 10, 0.0, 0.2775328), (1, 10, 0.0178762, 0.4041500), (5, 10, 0.2365931, 0.7634069), (10, 10, 0.7224672, 1.0),
    (2, 100, 0.0055003, 0.0700122), (0, 200, 0.0, 0.0188451),
])
func `the interval is Wilson's`(refuted: Int, verified: Int, lower: Double, upper: Double) {
    let estimate = estimate(refuted, of: verified)
    #expect(abs(estimate.interval.lowerBound - lower) < 1e-4)
    #expect(abs(estimate.interval.upperBound - upper) < 1e-4)
    #expect(estimate.rate == Double(refuted) / Double(verified))
}

@Test func `without a sample nothing is known`() {
    let estimate = estimate(0, of: 0)
    #expect(estimate.rate == nil)
    #expect(estimate.interval == 0...1)
    #expect(estimate.state(maximum: 0.02) == .open)
}

@Test func `counts that cannot be are no trap`() {
    #expect(estimate(7, of: 3).rate == 1)
    #expect(estimate(-1, of: -5).rate == nil)
}

@Test func `a bound is held when enough samples were right, and not one earlier`() throws {
    let needed = try #require(FalseHitEstimate.samplesToHold(maximum: 0.02))
    #expect(needed == 189)
    #expect(estimate(0, of: needed).state(maximum: 0.02) == .held)
    #expect(estimate(0, of: needed - 1).state(maximum: 0.02) == .open)
    #expect(FalseHitEstimate.samplesToHold(maximum: 0) == nil)
    #expect(FalseHitEstimate.samplesToHold(maximum: 1) == 1)
}

@Test func `a bound is exceeded when the whole interval lies above it, and a few samples never show that`() {
    #expect(estimate(2, of: 2).state(maximum: 0.02) == .open)
    #expect(estimate(1, of: 10).state(maximum: 0.01) == .open)
    #expect(estimate(2, of: 10).state(maximum: 0.02) == .exceeded)
    #expect(estimate(4, of: 100).state(maximum: 0.02) == .open)
    #expect(estimate(7, of: 100).state(maximum: 0.02) == .exceeded)
    #expect(estimate(50, of: 100).state(maximum: 1) == .held)
}

@Test func `a namespace is stopped once, and a reset forgets all`() {
    var counts = FalseHitCounts()
    var stops = 0
    for sample in 1...40 where counts.count(isFalse: sample % 4 == 0, maximum: 0.02) { stops += 1 }
    #expect(stops == 1)
    #expect(counts.isStopped)
    #expect((counts.verified, counts.refuted) == (40, 10))
    counts.reset()
    #expect(counts == FalseHitCounts())
}

@Test func `a namespace without false hits is never stopped`() {
    var counts = FalseHitCounts()
    for _ in 0..<1000 where counts.count(isFalse: false, maximum: 0.01) { Issue.record("stopped") }
    #expect(FalseHitEstimate(counts).state(maximum: 0.01) == .held)
}

private func estimate(_ refuted: Int, of verified: Int) -> FalseHitEstimate {
    var counts = FalseHitCounts()
    counts.verified = verified
    counts.refuted = refuted
    return FalseHitEstimate(counts)
}
