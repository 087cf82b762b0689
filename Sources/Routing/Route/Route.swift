// SPDX-License-Identifier: Apache-2.0

/// One call's way through a plan: which target next, again or another, after what wait. A value that decides; the engine asks,
/// waits and tells it what happened. It begins and ends tries in `TargetHealth`, so that picking and counting are one step under
/// one lock.
///
/// The engine calls `start` once, does what the step says, and tells of each try exactly once how it ended, unless the route
/// named it as `losing` or `cancel` was called. At most two tries run at a time, and no try runs during a wait. With a hedge:
///
///     start               → .attempt(#0, target: 0, hedgeAfter: 300)
///       300 ms, no answer
///     hedgeDue(#0)        → (#1, target: 1)            both run now
///     ended(#0, broken)   → .pending                   #1 still runs
///     ended(#1, 200)      → .finish(#1, losing: nil)
///
///     hedgeDue(#0)        → (#1, target: 1)
///     ended(#1, 200)      → .finish(#1, losing: #0)    stop #0
///
///     mayStream(#1, 200)  → .send(losing: #0)          the first chunk of a stream decides likewise
///     ended(#1, 200)      → .finish(#1, losing: nil)   at the stream's end
///
///     hedgeDue(#0)        → (#1, target: 1)
///     ended(#1, 500)      → .pending
///     ended(#0, 500)      → .wait(740)                 as if they had been one try of target 0
package struct Route {
    let plan: Plan
    let deadline: UInt64?
    private(set) var startedAt: UInt64 = 0

    /// The strategies above the current leaf that may still move on, outermost first.
    var frames: [Frame] = []
    /// The leaf that is asked now, or that a wait is for.
    var leaf = LeafVisit(target: 0)
    var running: RunningTry?
    /// The second try beside it, of a hedge.
    var beside: RunningTry?
    /// The stream whose chunks go to the caller.
    var committed: TryID?
    var isWaiting = false
    /// The try that was told last.
    var last: TryID?
    /// The earliest end of those breakers that turned a leaf away.
    var refusedUntil: UInt64?
    /// The first leaf of last resort that was turned away.
    var lastResort: Int?

    /// Tries that have begun so far.
    package var tries = 0
    /// The leaf that was asked last, hedges aside, and how often it was asked again.
    package var target: Int { leaf.target }
    package var retries: Int { leaf.retries }
    var outcome: RouteOutcome?
    var decisions = DecisionLog()

    /// - Parameter deadline: when the call ends whatever happens, in nanoseconds as `now`; no wait goes beyond it.
    package init(_ plan: Plan, deadline: UInt64? = nil) {
        self.plan = plan
        self.deadline = deadline
    }

    /// - Parameter candidates: one for each of the plan's targets.
    package mutating func start(
        _ facts: RoutingFacts, _ candidates: [Candidate], _ health: inout TargetHealth, now: UInt64,
        random: inout some RandomNumberGenerator
    ) -> RouteStep {
        startedAt = now
        let turn = Turn(facts: facts, candidates: candidates, now: now)
        if let step = enter(plan.root, turn, &health, &random) { return step }
        // Nothing was asked: the breakers are open, or there is nothing that may be chosen.
        if let lastResort {
            health.beginRegardless(candidates[lastResort].slot, now: now)
            leaf = LeafVisit(target: lastResort)
            return attempt(.lastResort, isProbe: false, turn, &health)
        }
        guard let refusedUntil else { return fail(.noRoute) }
        // Rounded up, so that who waits so long does not come too early.
        let wait = refusedUntil > now ? (refusedUntil - now - 1) / 1_000_000 + 1 : 0
        return fail(.circuitOpen(retryAfterMilliseconds: Int(clamping: wait)))
    }

    /// The try has ended.
    package mutating func ended(
        _ id: TryID, _ result: TryResult, _ facts: RoutingFacts, _ candidates: [Candidate], _ health: inout TargetHealth,
        now: UInt64, random: inout some RandomNumberGenerator
    ) -> RouteStep {
        guard end(id, result.end, lost: false, isShared: result.isShared, candidates, &health, now: now) else { return .pending }
        // A second try that cannot even be made says nothing against the first one, which runs.
        if result.isGatewayFault, running != nil { return .pending }
        last = id
        if result.end == .cancelled || result.hasSentChunks || result.isGatewayFault || committed == id || isAccepted(result.end)
        {
            return finish(id, candidates, &health, now: now)
        }
        if running != nil { return .pending }
        let turn = Turn(facts: facts, candidates: candidates, now: now)
        if let wait = waitBeforeRetry(result, turn, &health, &random) {
            isWaiting = true
            return .wait(milliseconds: wait)
        }
        return moveOn(after: id, result.end, turn, &health, &random)
    }

    /// The wait that was asked for is over.
    package mutating func waited(
        _ facts: RoutingFacts, _ candidates: [Candidate], _ health: inout TargetHealth, now: UInt64,
        random: inout some RandomNumberGenerator
    ) -> RouteStep {
        guard isWaiting, let last else { return .pending }
        isWaiting = false
        let turn = Turn(facts: facts, candidates: candidates, now: now)
        switch health.begin(candidates[leaf.target].slot, isExtra: true, now: now) {
        case .open: return attempt(.retry, isProbe: false, turn, &health)
        case .probe: return attempt(.retry, isProbe: true, turn, &health)
        case .refused(let until):
            turnedAway(leaf.target, until)
            return moveOn(after: last, leaf.lastEnd, turn, &health, &random)
        }
    }

    /// The try has brought a stream's head with a 2xx status, and its first chunk, which is not sent yet. Ask this once a stream,
    /// before the first chunk goes out; after `.send` no other target is tried, whatever happens.
    package mutating func mayStream(
        _ id: TryID, status: Int, isShared: Bool = false, _ candidates: [Candidate], _ health: inout TargetHealth,
        now: UInt64
    ) -> StreamVerdict {
        guard outcome == nil, committed == nil, let heard = running?.id == id ? running : beside, heard.id == id,
            isAccepted(.answered(status: status, latency: 0))
        else { return .hold }
        committed = id
        if !isShared {
            health.heard(candidates[heard.target].slot, asProbe: heard.isProbe, begun: heard.began, now: now)
        }
        return .send(losing: endOther(than: id, candidates, &health, now: now))
    }

    /// No answer came within `hedgeAfter`: the second try, which has begun, or nil when none may start.
    ///
    /// It asks the leaf that a `fallback` would ask next if this one failed, where that can be asked (another provider is slow
    /// for other reasons than this one), else the same leaf again. The share in the rule is counted at the leaf that was slow. A
    /// leaf is hedged once, whatever its retries.
    package mutating func hedgeDue(
        _ id: TryID, _ candidates: [Candidate], _ health: inout TargetHealth, now: UInt64
    ) -> (id: TryID, target: Int)? {
        guard outcome == nil, committed == nil, beside == nil, running?.id == id, !leaf.isHedged,
            let rule = plan.targets[leaf.target].hedge
        else { return nil }
        let next = nextOfFallback(candidates, health, now: now)
        let target = next?.target ?? leaf.target
        let slot = candidates[target].slot
        if case .refused = health.mayAdmit(slot, now: now) { return nil }
        guard health.takeHedge(candidates[leaf.target].slot, rule, now: now) else {
            decisions.append(.hedgeRefused(target: leaf.target))
            return nil
        }
        let admission = health.begin(slot, isExtra: true, now: now)
        if case .refused = admission { return nil }
        leaf.isHedged = true
        // It has had its turn: when both fail, the fallback goes on behind it.
        if let next { frames[frames.count - 1].taken.insert(next.child) }
        let second = newTry(target, .hedge, isProbe: admission == .probe, now: now)
        beside = second
        return (second.id, target)
    }

    /// The caller went away: ends in `TargetHealth` what still runs. Every later step is `.pending`.
    package mutating func cancel(_ candidates: [Candidate], _ health: inout TargetHealth, now: UInt64) {
        guard outcome == nil else { return }
        while let id = running?.id { _ = end(id, .cancelled, lost: false, candidates, &health, now: now) }
        isWaiting = false
        outcome = .cancelled
    }
}

/// What an event brings with it.
struct Turn {
    let facts: RoutingFacts
    let candidates: [Candidate]
    let now: UInt64
}

/// A strategy that may still move on to another of its children.
struct Frame {
    let strategy: PlanStrategy
    /// Children that were asked, or passed by.
    var taken = ChildSet()
}

/// The tries of one leaf, from its first to its last retry.
struct LeafVisit {
    let target: Int
    var retries = 0
    var waitedMilliseconds = 0
    var isHedged = false
    var lastEnd = TryEnd.broken
}

struct RunningTry {
    let id: TryID
    let target: Int
    let kind: TryRecord.Kind
    let isProbe: Bool
    let began: UInt64
}

/// How a call ended.
enum RouteOutcome: Sendable, Equatable {
    case finished(TryID)
    case failed(RouteFailure)
    /// Nobody could be asked, and an answer of this target was kept.
    case kept(target: Int)
    case cancelled
}
