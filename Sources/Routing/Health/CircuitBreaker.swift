// SPDX-License-Identifier: Apache-2.0

/// A target's circuit breaker: it keeps requests away from a target that fails, and lets one of them find out whether it has
/// come back. Shared by configs with different rules: counts and state are the target's, and whenever a try ends the rule of its
/// config decides whether the counts open the breaker.
struct CircuitBreaker: Sendable {
    private enum State: Sendable {
        /// → open: the rule of a try that ends finds too many failures. What began before `since` is not counted.
        case closed(since: UInt64)
        /// → half open: the first request that comes when the time has passed.
        case opened(until: UInt64)
        /// `probe`: when the one in flight began; nil: the next request is it. → closed: the probe succeeds. → open: it fails.
        case halfOpen(probe: UInt64?)
    }

    /// Nanoseconds after which to ask again when a probe is in flight: it may have closed the breaker by then.
    static let probePatience: UInt64 = 1_000_000_000
    static let largestMultiple = 10

    private var state = State.closed(since: 0)
    private(set) var counts = OutcomeCounts()
    /// How many times the rule's cooldown it was opened for: 1, 2, 4, 8, 10, 10…; 0 when closed.
    private(set) var multiple = 0
    /// For how long it was opened last, in nanoseconds; 0 when closed.
    private(set) var interval: UInt64 = 0

    var isClosed: Bool { if case .closed = state { true } else { false } }

    func mayAdmit(now: UInt64) -> Admission {
        switch state {
        case .closed: .open
        case .opened(let until): now < until ? .refused(until: until) : .probe
        case .halfOpen(nil): .probe
        case .halfOpen: .refused(until: now + Self.probePatience)
        }
    }

    /// Begins a try if the breaker lets it.
    mutating func begin(now: UInt64) -> (Admission, BreakerChange?) {
        let admission = mayAdmit(now: now)
        guard admission == .probe else { return (admission, nil) }
        let change: BreakerChange? = if case .opened = state { .halfOpened } else { nil }
        state = .halfOpen(probe: now)
        return (admission, change)
    }

    /// Ends a try that began at `begun`.
    mutating func end(
        _ verdict: Verdict, asProbe: Bool, begun: UInt64, _ rule: BreakerRule?, now: UInt64
    ) -> BreakerChange? {
        switch state {
        case .closed(let since):
            // A try from before the breaker opened tells of the outage that is over.
            guard begun >= since, verdict != .nothing else { return nil }
            let thresholds = BreakerThresholds(rule)
            counts.count(isFailure: verdict == .failure, window: thresholds.cooldown, now: now)
            guard thresholds.areReached(by: counts, now: now) else { return nil }
            trip(for: thresholds.cooldown, multiple: 1, now: now)
            return .opened
        case .halfOpen(begun) where asProbe: return endProbe(verdict, rule, now: now)
        // Late: of a time before it opened. Or of a last resort: what it would show, the probe shows soon.
        case .opened, .halfOpen: return nil
        }
    }

    /// The probe that began at `begun` got its first bytes: that is success enough, its stream may go on for minutes.
    mutating func heard(asProbe: Bool, begun: UInt64, now: UInt64) -> BreakerChange? {
        guard asProbe, case .halfOpen(begun) = state else { return nil }
        return endProbe(.success, nil, now: now)
    }

    private mutating func endProbe(_ verdict: Verdict, _ rule: BreakerRule?, now: UInt64) -> BreakerChange? {
        switch verdict {
        case .success:
            close(now: now)
            return .closed
        case .failure:
            let next = min(max(multiple, 1) * 2, Self.largestMultiple)
            trip(for: BreakerThresholds.cooldown(of: rule) * UInt64(next), multiple: next, now: now)
            return .reopened
        case .nothing:
            state = .halfOpen(probe: nil)
            return nil
        }
    }

    /// Closes it and forgets what led to its opening.
    mutating func close(now: UInt64) {
        state = .closed(since: now)
        counts = OutcomeCounts()
        multiple = 0
        interval = 0
    }

    mutating func trip(for interval: UInt64, multiple: Int, now: UInt64) {
        state = .opened(until: now + interval)
        counts = OutcomeCounts()
        self.multiple = min(max(multiple, 1), Self.largestMultiple)
        self.interval = interval
    }

    /// What to show: open as long as it lets nothing through, half open from the time that a probe may go.
    func shown(now: UInt64) -> BreakerState {
        switch state {
        case .closed: .closed
        case .opened(let until) where now < until: .open
        case .opened, .halfOpen: .halfOpen
        }
    }

    /// Nanoseconds until a probe may go, 0 when it may; nil when the breaker is closed.
    func remaining(now: UInt64) -> UInt64? {
        switch state {
        case .closed: nil
        case .opened(let until): until > now ? until - now : 0
        case .halfOpen: 0
        }
    }
}
