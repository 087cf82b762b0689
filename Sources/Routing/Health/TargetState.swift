// SPDX-License-Identifier: Apache-2.0

/// What is known of one target.
struct TargetState: Sendable {
    var id: TargetID
    /// Counts the targets that have had this place.
    var generation: UInt32 = 0

    var breaker = CircuitBreaker()
    private(set) var latency = LatencyEstimate()
    private(set) var inFlight = 0
    /// Tries that were begun.
    private(set) var tries = 0
    /// The last answer that said anything about the key was 401 or 403.
    var isKeyRejected = false
    private var histogram = LatencyHistogram()
    private var retries = RetryBudget()
    private var hedges = HedgeShare()

    init(id: TargetID) { self.id = id }

    mutating func countBegin(isExtra: Bool) {
        inFlight += 1
        tries += 1
        if isExtra { return }
        retries.countRequest()
        hedges.countRequest()
    }

    /// Takes back what `countBegin` counted.
    mutating func countWithdrawn(isExtra: Bool) {
        inFlight = max(inFlight - 1, 0)
        tries = max(tries - 1, 0)
        if isExtra { return }
        retries.uncountRequest()
        hedges.uncountRequest()
    }

    mutating func countEnd(_ end: TryEnd, begun: UInt64, now: UInt64) {
        inFlight = max(inFlight - 1, 0)
        switch end {
        case .answered(200..<300, let time):
            isKeyRejected = false
            latency.observe(time, now: now)
            histogram.record(time)
        case .answered(let status, let time) where status >= 500 || status == 429:
            latency.observeFailure(time, now: now)
        case .answered(let status, _):
            if status == 401 || status == 403 { isKeyRejected = true }
        case .broken, .timedOut: latency.observeFailure(now > begun ? now - begun : 0, now: now)
        case .cancelled: break
        }
    }

    mutating func takeRetry(now: UInt64) -> Bool { retries.take(now: now) }

    mutating func takeHedge(_ rule: HedgeRule) -> Bool { hedges.take(percent: rule.mostExtraPercent) }

    func hedgeDelay(_ rule: HedgeRule) -> Int? {
        switch rule.delay {
        case .milliseconds(let delay): max(delay, 0)
        case .percentile(let percent): histogram.percentile(percent).map { Int($0 / 1_000_000) + 1 }
        }
    }

    /// A target that nothing is known of is worth one try, and no second one while the first is in flight.
    func load(now: UInt64) -> Double {
        if !latency.isKnown { return Double(LatencyEstimate.failureLatency) * Double(inFlight) }
        return latency.value(now: now) * Double(inFlight + 1)
    }
}
