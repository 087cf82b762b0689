// SPDX-License-Identifier: Apache-2.0

/// The health of all targets, shared by every config and every process of the host: breakers, retry budgets, latencies, and what
/// is in flight. A value: the engine holds it in one mutex, for well under a microsecond at a time.
///
/// `now` is in nanoseconds of a clock that never goes back. Readings that were taken before the mutex may come in a slightly
/// different order; all of this allows for it.
package struct TargetHealth: Sendable {
    /// Targets that are known at most: callers can name any model with a key of their own.
    package static let mostTargets = 4096
    /// How many are looked at to find a place for a new one.
    private static let mostLookedAt = 32
    /// Transitions that wait at most, should nobody take them.
    private static let mostTransitions = 1024

    private let capacity: Int
    private var indices: [TargetID: Int] = [:]
    private var recency = RecencyList()
    var targets: [TargetState] = []
    private var transitions: [BreakerTransition] = []

    package init(capacity: Int = Self.mostTargets) { self.capacity = capacity }

    /// The target's place, made when it is new. When all are taken, the least recently used of those that are idle and closed
    /// gives up its own.
    package mutating func slot(of id: TargetID) -> TargetSlot {
        if let index = indices[id] {
            recency.touch(index)
            return TargetSlot(index: index, generation: targets[index].generation)
        }
        guard id.isKeepable else { return .none }
        if targets.count < capacity {
            indices[id] = targets.count
            targets.append(TargetState(id: id))
            recency.append()
            return TargetSlot(index: targets.count - 1)
        }
        guard let index = replaceable() else { return .none }
        indices[targets[index].id] = nil
        indices[id] = index
        let generation = targets[index].generation &+ 1
        targets[index] = TargetState(id: id)
        targets[index].generation = generation
        recency.touch(index)
        return TargetSlot(index: index, generation: generation)
    }

    /// Counts a place as used just now.
    /// - Returns: false when it is another target's by now: ask `slot` again.
    package mutating func touch(_ slot: TargetSlot) -> Bool {
        guard let index = index(slot) else { return false }
        recency.touch(index)
        return true
    }

    /// Those that are passed over count as used, so that the next search does not meet them again.
    private mutating func replaceable() -> Int? {
        var idleOne: Int?
        for _ in 0..<min(Self.mostLookedAt, targets.count) {
            guard let index = recency.oldest else { break }
            recency.touch(index)
            guard targets[index].inFlight == 0 else { continue }
            if targets[index].breaker.isClosed { return index }
            idleOne = idleOne ?? index
        }
        // Only open breakers: memory is bounded all the same.
        return idleOne
    }

    private func index(_ slot: TargetSlot) -> Int? {
        guard targets.indices.contains(slot.index), targets[slot.index].generation == slot.generation else { return nil }
        return slot.index
    }

    func index(of id: TargetID) -> Int? { indices[id] }

    /// Whether `begin` would let a request through; asks only.
    package func mayAdmit(_ slot: TargetSlot, now: UInt64) -> Admission {
        guard let index = index(slot) else { return .open }
        return targets[index].breaker.mayAdmit(now: now)
    }

    /// Begins a try, when the breaker lets it: in flight from now on, and the half-open breaker's only probe if it is one.
    /// - Parameter isExtra: a retry or a hedge. Only what is neither earns retries and hedges.
    package mutating func begin(_ slot: TargetSlot, isExtra: Bool, now: UInt64) -> Admission {
        guard let index = index(slot) else { return .open }
        let (admission, change) = targets[index].breaker.begin(now: now)
        if let change { note(change, index) }
        if case .refused = admission { return admission }
        targets[index].countBegin(isExtra: isExtra)
        return admission
    }

    /// Begins a try though the breaker is open (a target of last resort). Its end does not close the breaker.
    package mutating func beginRegardless(_ slot: TargetSlot, now: UInt64) {
        guard let index = index(slot) else { return }
        targets[index].countBegin(isExtra: false)
    }

    /// The first bytes of a good answer are there, long before a stream ends: a probe has succeeded. For other tries it does
    /// nothing; `end` comes all the same.
    package mutating func heard(_ slot: TargetSlot, asProbe: Bool, begun: UInt64, now: UInt64) {
        guard asProbe, let index = index(slot) else { return }
        let change = targets[index].breaker.heard(asProbe: asProbe, begun: begun, now: now)
        if let change { note(change, index) }
    }

    /// Ends a try that was begun.
    /// - Parameter begun: the `now` of its begin: a try from before the breaker opened is not held against it later.
    package mutating func end(
        _ slot: TargetSlot, _ end: TryEnd, asProbe: Bool, begun: UInt64, _ rule: BreakerRule?, now: UInt64
    ) {
        guard let index = index(slot) else { return }
        targets[index].countEnd(end, begun: begun, now: now)
        let change = targets[index].breaker.end(Verdict(end, rule), asProbe: asProbe, begun: begun, rule, now: now)
        if let change { note(change, index) }
    }

    /// Ends a try that was begun, and for which nobody was asked: as if it had never been.
    /// - Parameter isExtra: as it was begun.
    package mutating func withdraw(
        _ slot: TargetSlot, isExtra: Bool, asProbe: Bool, begun: UInt64, _ rule: BreakerRule?, now: UInt64
    ) {
        guard let index = index(slot) else { return }
        targets[index].countWithdrawn(isExtra: isExtra)
        let change = targets[index].breaker.end(.nothing, asProbe: asProbe, begun: begun, rule, now: now)
        if let change { note(change, index) }
    }

    /// Takes one retry out of the target's budget, or says that it is used up.
    package mutating func takeRetry(_ slot: TargetSlot, now: UInt64) -> Bool {
        guard let index = index(slot) else { return false }
        return targets[index].takeRetry(now: now)
    }

    /// Takes one hedge (a second try beside the first) out of the share that the rule allows, or says no.
    package mutating func takeHedge(_ slot: TargetSlot, _ rule: HedgeRule, now: UInt64) -> Bool {
        guard let index = index(slot) else { return false }
        return targets[index].takeHedge(rule)
    }

    /// How long a first try may take before its hedge starts, in milliseconds; nil when too little is known of the target.
    package func hedgeDelay(_ slot: TargetSlot, _ rule: HedgeRule) -> Int? {
        guard let index = index(slot) else { return nil }
        return targets[index].hedgeDelay(rule)
    }

    /// Peak EWMA of the latency in nanoseconds, times the requests in flight plus one.
    package func load(_ slot: TargetSlot, now: UInt64) -> Double {
        guard let index = index(slot) else { return 0 }
        return targets[index].load(now: now)
    }

    package func inFlight(_ slot: TargetSlot) -> Int {
        guard let index = index(slot) else { return 0 }
        return targets[index].inFlight
    }

    /// Whether a breaker changed its state since `takeTransitions`: look at it after each call, it costs nothing.
    package var hasTransitions: Bool { !transitions.isEmpty }

    /// The changes of state since the last time, in their order.
    package mutating func takeTransitions() -> [BreakerTransition] {
        guard hasTransitions else { return [] }
        defer { transitions = [] }
        return transitions
    }

    mutating func note(_ change: BreakerChange, _ index: Int) {
        guard transitions.count < Self.mostTransitions else { return }
        let open = change == .halfOpened ? 0 : milliseconds(targets[index].breaker.interval)
        transitions.append(BreakerTransition(id: targets[index].id, change: change, openMilliseconds: open))
    }
}
