// SPDX-License-Identifier: Apache-2.0

/// Something that a route decided, or that happened to it. No text is made until someone asks why.
enum RouteDecision {
    /// The way led into this strategy.
    case entered(PlanStrategy)
    /// The condition at this index held; nil: none did, and `default` was taken, or there was none.
    case condition(Int?)
    /// By weight.
    case drew(WeightedDraw, isSticky: Bool)
    /// By load, the two that were drawn.
    case compared(Int, Float, Int, Float)
    /// By requests in flight, or by price.
    case chose(Int, Figure)
    /// Passed by: its breaker is open until then.
    case refused(target: Int, until: UInt64)
    /// Passed by, or the end of it all: it cannot be asked.
    case unusable(target: Int)
    case tried(TryRecord)
    case waits(milliseconds: Int, WaitReason)
    /// Not asked again, although its rule allows retries.
    case gaveUp(target: Int, GiveUpReason)
    /// No second try beside this one: its share is used up.
    case hedgeRefused(target: Int)

    /// What a child was chosen by.
    enum Figure {
        case inFlight(Int)
        case price(Int?)
    }
}

/// One try, once it has ended.
struct TryRecord {
    enum Kind { case first, retry, hedge, lastResort }
    var id: TryID
    var target: Int
    var kind: Kind
    /// It was the one probe of a breaker that was half open.
    var isProbe: Bool
    /// In nanoseconds, as `now`.
    var began: UInt64
    var ended: UInt64
    var end: TryEnd
    /// The other try of a hedge was faster.
    var lost: Bool
}

enum WaitReason: String {
    case backoff
    case retryAfter = "retry_after"
}

enum GiveUpReason: String {
    /// All attempts are used.
    case attempts
    /// How it ended is not among what its rule retries.
    case notListed = "not_listed"
    /// The wait is longer than what is left of the call, or of the minute for one target.
    case waitTooLong = "wait_too_long"
    /// Its breaker is open until after the wait.
    case circuitOpen = "circuit_open"
    /// The retry budget of the target is used up.
    case retryBudget = "retry_budget"
}

/// The decisions of one call. The first one has a place of its own: a call that goes straight to its only target allocates
/// nothing.
struct DecisionLog {
    private(set) var first: RouteDecision?
    private(set) var rest: [RouteDecision] = []

    mutating func append(_ decision: RouteDecision) {
        if first == nil { return first = decision }
        if rest.isEmpty { rest.reserveCapacity(6) }
        rest.append(decision)
    }
}
