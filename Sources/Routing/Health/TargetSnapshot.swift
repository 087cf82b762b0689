// SPDX-License-Identifier: Apache-2.0

/// What `targets.list` shows of a target.
package struct TargetSnapshot: Sendable, Equatable {
    package var id: TargetID
    package var state: BreakerState
    /// In the window that the default rule looks at; a window begins with a failure.
    package var failures: Int
    package var successes: Int
    package var consecutiveFailures: Int
    /// Until a probe may go; 0 when it may, nil when the breaker is closed.
    package var openMilliseconds: Int?
    /// For how long the breaker was opened last; nil when it is closed.
    package var intervalMilliseconds: Int?
    package var inFlight: Int
    /// Peak EWMA, sunk by the time since the last answer; nil before the first one. A failure counts as a second at least.
    package var latencyMilliseconds: Double?
    /// That were begun, retries and hedges with them.
    package var tries: Int
    /// The provider refused the key the last time (401 or 403).
    package var keyRejected: Bool

    init(_ target: TargetState, now: UInt64) {
        id = target.id
        state = target.breaker.shown(now: now)
        (failures, successes) = target.breaker.counts.count(window: OutcomeCounts.defaultWindow, now: now)
        consecutiveFailures = target.breaker.counts.consecutiveFailures
        openMilliseconds = target.breaker.remaining(now: now).map(milliseconds)
        intervalMilliseconds = target.breaker.isClosed ? nil : milliseconds(target.breaker.interval)
        inFlight = target.inFlight
        latencyMilliseconds = target.latency.isKnown ? target.latency.value(now: now) / 1_000_000 : nil
        tries = target.tries
        keyRejected = target.isKeyRejected
    }
}

/// Rounded up: who waits so long has not come too early.
func milliseconds(_ nanoseconds: UInt64) -> Int {
    Int(nanoseconds / 1_000_000) + (nanoseconds % 1_000_000 == 0 ? 0 : 1)
}
