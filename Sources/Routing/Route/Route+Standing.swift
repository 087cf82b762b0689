// SPDX-License-Identifier: Apache-2.0

/// Whether a node could be asked now.
enum Standing {
    case askable
    /// Those leaves of it that are usable have open breakers.
    case refused
    /// No leaf of it can be asked at all.
    case unusable
}

/// What a node is worth beside its siblings: a leaf by itself, a strategy by its leaves.
extension Route {
    func standing(_ node: PlanNode, _ turn: Turn, _ health: borrowing TargetHealth) -> Standing {
        switch node {
        case .target(let target):
            guard turn.candidates[target].canBeAsked else { return .unusable }
            if case .refused = admission(target, turn, health) { return .refused }
            return .askable
        case .strategy(let strategy):
            var best = Standing.unusable
            for child in strategy.reachable(turn.facts) {
                switch standing(child.node, turn, health) {
                case .askable: return .askable
                case .refused: best = .refused
                case .unusable: break
                }
            }
            return best
        }
    }

    /// Takes a child out when it is refused, and notes why; whether it did.
    @discardableResult
    mutating func takeIfRefused(
        _ child: Int, of strategy: PlanStrategy, _ taken: inout ChildSet, _ turn: Turn, _ health: borrowing TargetHealth
    ) -> Bool {
        let node = strategy.children[child].node
        guard !taken.contains(child), standing(node, turn, health) == .refused else { return false }
        taken.insert(child)
        noteRefusals(node, turn, health)
        return true
    }

    private mutating func noteRefusals(_ node: PlanNode, _ turn: Turn, _ health: borrowing TargetHealth) {
        switch node {
        case .target(let target):
            guard turn.candidates[target].canBeAsked, case .refused(let until) = admission(target, turn, health) else { return }
            turnedAway(target, until)
        case .strategy(let strategy): for child in strategy.reachable(turn.facts) { noteRefusals(child.node, turn, health) }
        }
    }

    private func admission(_ target: Int, _ turn: Turn, _ health: borrowing TargetHealth) -> Admission {
        health.mayAdmit(turn.candidates[target].slot, now: turn.now)
    }

    /// The least load in it: whoever chooses inside would take that one.
    func load(_ node: PlanNode, _ turn: Turn, _ health: borrowing TargetHealth) -> Double {
        switch node {
        case .target(let target): return health.load(turn.candidates[target].slot, now: turn.now)
        case .strategy(let strategy):
            var least = Double.infinity
            for child in strategy.reachable(turn.facts) where standing(child.node, turn, health) == .askable {
                least = min(least, load(child.node, turn, health))
            }
            return least
        }
    }

    /// All that is in flight in it.
    func inFlight(_ node: PlanNode, _ turn: Turn, _ health: borrowing TargetHealth) -> Int {
        switch node {
        case .target(let target): return health.inFlight(turn.candidates[target].slot)
        case .strategy(let strategy):
            var sum = 0
            for child in strategy.reachable(turn.facts) { sum += inFlight(child.node, turn, health) }
            return sum
        }
    }

    /// Above every price that is known.
    static var unknownPrice: Int { .max - 1 }

    /// The lowest price in it; what cannot be asked is behind what has no price.
    func price(_ node: PlanNode, _ turn: Turn) -> Int {
        switch node {
        case .target(let target):
            let candidate = turn.candidates[target]
            return candidate.canBeAsked ? candidate.price ?? Self.unknownPrice : .max
        case .strategy(let strategy):
            var lowest = Int.max
            for child in strategy.reachable(turn.facts) { lowest = min(lowest, price(child.node, turn)) }
            return lowest
        }
    }
}

extension Candidate {
    var canBeAsked: Bool { isUsable && !isAbsent }
}

extension PlanStrategy {
    /// Children that it can choose at all for this call.
    fileprivate func reachable(_ facts: RoutingFacts) -> some Sequence<PlanChild> {
        var range = children.indices
        var byWeight = false
        switch mode {
        case .single: range = 0..<min(1, children.count)
        case .conditional(let conditions, let otherwise):
            let child = heldCondition(of: conditions, facts).map { conditions[$0].child } ?? otherwise
            range = child.map { $0..<$0 + 1 } ?? 0..<0
        case .loadBalance, .priority: byWeight = true
        case .fallback, .leastLatency, .leastCost, .leastBusy: break
        }
        return children[range].lazy.filter { [byWeight] in !byWeight || $0.weight > 0 }
    }
}
