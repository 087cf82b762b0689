// SPDX-License-Identifier: Apache-2.0

/// What a breaker, a retry budget and a latency belong to: a provider with a key and a model.
package struct TargetID: Hashable, Sendable {
    package var provider: String
    /// A virtual key's name; "" for none. A caller's own key is told apart by its origin only, never by its bytes.
    package var key: String
    package var model: String

    package init(provider: String, key: String, model: String) {
        self.provider = provider
        self.key = key
        self.model = model
    }
}

/// A target's place in `TargetHealth`; it stays as long as the process lives.
package struct TargetSlot: Hashable, Sendable {
    package let index: Int
    package init(index: Int) { self.index = index }
}

/// How a try ended, as the health of its target sees it.
package enum TryEnd: Sendable, Equatable {
    /// The provider's answer; `latency` to its head or first chunk, in nanoseconds.
    case answered(status: Int, latency: UInt64)
    /// No answer: unreachable, reset, cut short.
    case broken
    /// Our own time limit (Portkey's 408).
    case timedOut
    /// The caller went away or a hedge lost: says nothing of the target.
    case cancelled
}

/// Whether a target may be asked now.
package enum Admission: Sendable, Equatable {
    case open
    /// The one probe of a breaker that is half open.
    case probe
    /// The breaker is open until then (nanoseconds, as `now`).
    case refused(until: UInt64)
}

/// The health of all targets, shared by every config and every process of the host: breakers, retry budgets, latencies, and what
/// is in flight. A value: the engine holds it in one mutex, for well under a microsecond at a time.
///
/// `now` is in nanoseconds of a clock that never goes back.
package struct TargetHealth: Sendable {
    package init() {}

    /// The target's place, made when it is new.
    package mutating func slot(of id: TargetID) -> TargetSlot { TargetSlot(index: 0) }

    /// Whether `admit` would let a request through; asks only.
    package func mayAdmit(_ slot: TargetSlot, _ rule: BreakerRule?, now: UInt64) -> Admission { .open }

    /// Begins a try, when the breaker lets it: in flight from now on, and the half-open breaker's only probe if it is one.
    package mutating func begin(_ slot: TargetSlot, _ rule: BreakerRule?, now: UInt64) -> Admission { .open }

    /// Begins a try though the breaker is open (a target of last resort).
    package mutating func beginRegardless(_ slot: TargetSlot, now: UInt64) {}

    /// Ends a try that was begun.
    package mutating func end(_ slot: TargetSlot, _ end: TryEnd, asProbe: Bool, _ rule: BreakerRule?, now: UInt64) {}

    /// Takes one retry out of the target's budget, or says that it is used up.
    package mutating func takeRetry(_ slot: TargetSlot, now: UInt64) -> Bool { true }

    /// Takes one hedge (a second try beside the first) out of the share that the rule allows, or says no.
    package mutating func takeHedge(_ slot: TargetSlot, _ rule: HedgeRule, now: UInt64) -> Bool { true }

    /// How long a first try may take before its hedge starts, in milliseconds; nil when too little is known of the target.
    package func hedgeDelay(_ slot: TargetSlot, _ rule: HedgeRule) -> Int? { nil }

    /// Peak EWMA of the latency in nanoseconds, times the requests in flight plus one.
    package func load(_ slot: TargetSlot, now: UInt64) -> Double { 0 }

    package func inFlight(_ slot: TargetSlot) -> Int { 0 }
}
