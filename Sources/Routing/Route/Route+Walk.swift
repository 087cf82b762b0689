// SPDX-License-Identifier: Apache-2.0

extension Route {
    /// Goes down from `node` to a leaf and begins its first try; nil when nothing in it can be asked now.
    mutating func enter(
        _ node: PlanNode, _ turn: Turn, _ health: inout TargetHealth, _ random: inout some RandomNumberGenerator
    ) -> RouteStep? {
        switch node {
        case .target(let target): return ask(target, turn, &health)
        case .strategy(let strategy):
            decisions.append(.entered(strategy))
            switch strategy.mode {
            case .single:
                guard let only = strategy.children.first else { return nil }
                return enter(only.node, turn, &health, &random)
            case .conditional(let conditions, let otherwise):
                let held = strategy.heldCondition(of: conditions, turn.facts)
                decisions.append(.condition(held))
                guard let child = held.map({ conditions[$0].child }) ?? otherwise else { return fail(.noRoute) }
                return enter(strategy.children[child].node, turn, &health, &random)
            case .fallback, .leastCost, .priority:
                frames.append(Frame(strategy: strategy))
                return enterNext(turn, &health, &random)
            case .loadBalance, .leastLatency, .leastBusy:
                var taken = ChildSet()
                while let child = choose(in: strategy, &taken, turn, health, &random) {
                    taken.insert(child)
                    if let step = enter(strategy.children[child].node, turn, &health, &random) { return step }
                }
                return nil
            }
        }
    }

    /// Goes on with the children of the innermost frame; when none of them can be asked, the frame is gone.
    mutating func enterNext(
        _ turn: Turn, _ health: inout TargetHealth, _ random: inout some RandomNumberGenerator
    ) -> RouteStep? {
        let depth = frames.count - 1
        let strategy = frames[depth].strategy
        var taken = frames[depth].taken
        while let child = choose(in: strategy, &taken, turn, health, &random) {
            taken.insert(child)
            frames[depth].taken = taken
            if let step = enter(strategy.children[child].node, turn, &health, &random) { return step }
        }
        frames.removeLast()
        return nil
    }

    /// The leaf whose last try this was has failed: up to the first strategy that moves on and has something left to ask. What
    /// failed last is the answer where there is none.
    mutating func moveOn(
        after id: TryID, _ end: TryEnd, _ turn: Turn, _ health: inout TargetHealth,
        _ random: inout some RandomNumberGenerator
    ) -> RouteStep {
        while let frame = frames.last {
            if !frame.strategy.mode.movesOn(after: end) {
                frames.removeLast()
            } else if let step = enterNext(turn, &health, &random) {
                return step
            }
        }
        return finish(id, turn.candidates, &health, now: turn.now)
    }

    /// Begins the first try of a leaf; nil when it is passed by.
    private mutating func ask(_ target: Int, _ turn: Turn, _ health: inout TargetHealth) -> RouteStep? {
        if turn.candidates[target].isAbsent { return nil }
        guard turn.candidates[target].isUsable else {
            decisions.append(.unusable(target: target))
            return tries == 0 && refusedUntil == nil ? fail(.unusable(target: target)) : nil
        }
        switch health.begin(turn.candidates[target].slot, isExtra: false, now: turn.now) {
        case .refused(let until):
            turnedAway(target, until)
            return nil
        case .open:
            leaf = LeafVisit(target: target)
            return attempt(.first, isProbe: false, turn, &health)
        case .probe:
            leaf = LeafVisit(target: target)
            return attempt(.first, isProbe: true, turn, &health)
        }
    }

    /// The leaf that the innermost frame, a fallback, would ask next, when it could be asked now.
    func nextOfFallback(
        _ candidates: [Candidate], _ health: TargetHealth, now: UInt64
    ) -> (child: Int, target: Int)? {
        guard let frame = frames.last, case .fallback = frame.strategy.mode else { return nil }
        let children = frame.strategy.children
        guard let next = children.indices.first(where: { !frame.taken.contains($0) }),
            case .target(let target) = children[next].node, candidates[target].canBeAsked
        else { return nil }
        if case .refused = health.mayAdmit(candidates[target].slot, now: now) { return nil }
        return (next, target)
    }
}

extension StrategyMode {
    /// Whether it asks another of its children after this end.
    func movesOn(after end: TryEnd) -> Bool {
        switch self {
        case .fallback(let codes?), .priority(let codes?): end.isListed(in: codes)
        case .fallback(nil), .priority(nil), .leastCost: !end.isSuccess
        case .single, .loadBalance, .conditional, .leastLatency, .leastBusy: false
        }
    }
}
