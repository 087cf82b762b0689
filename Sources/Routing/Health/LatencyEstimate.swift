// SPDX-License-Identifier: Apache-2.0

/// How long a target takes to answer: a moving average that believes a slow answer at once and forgets it with time
/// (peak EWMA). Without answers it sinks, so that a target which was slow is asked again some day.
struct LatencyEstimate: Sendable {
    /// Nanoseconds in which the past loses half of its weight.
    static let halfLife: UInt64 = 10_000_000_000
    /// What a failure counts as at least: a target that refuses at once is not a fast one.
    static let failureLatency: UInt64 = 1_000_000_000

    private static let longest: UInt64 = 3_600_000_000_000

    /// Nanoseconds.
    private(set) var average = 0.0
    private var updated: UInt64 = 0
    private(set) var isKnown = false

    mutating func observe(_ latency: UInt64, now: UInt64) {
        let sample = Double(min(latency, Self.longest))
        let weight = isKnown ? Self.weight(after: now > updated ? now - updated : 0) : 0
        average = max(sample, average * weight + sample * (1 - weight))
        updated = max(now, updated)
        isKnown = true
    }

    mutating func observeFailure(_ latency: UInt64, now: UInt64) {
        observe(max(latency, Self.failureLatency, UInt64(average)), now: now)
    }

    /// The average, sunk by the time since the last answer.
    func value(now: UInt64) -> Double {
        average * Self.weight(after: now > updated ? now - updated : 0)
    }

    /// 2^(-elapsed/halfLife), exact at whole half-lives and on a straight line between them.
    static func weight(after elapsed: UInt64) -> Double {
        let halvings = elapsed / halfLife
        guard halvings < 64 else { return 0 }
        let rest = Double(elapsed % halfLife) / Double(halfLife)
        return (1 - rest / 2) / Double(UInt64(1) << halvings)
    }
}
