// SPDX-License-Identifier: Apache-2.0

extension Route {
    /// The next child of a strategy to ask, out of those that are not taken; nil when there is none. Children whose breakers are
    /// open are taken before a draw, so that their share goes to the others.
    mutating func choose(
        in strategy: PlanStrategy, _ taken: inout ChildSet, _ turn: Turn, _ health: borrowing TargetHealth,
        _ random: inout some RandomNumberGenerator
    ) -> Int? {
        switch strategy.mode {
        case .single, .conditional, .fallback: return strategy.children.indices.first { !taken.contains($0) }
        case .loadBalance(let sticky?):
            if var identifier = StickyIdentifier(sticky, turn.facts, salt: strategy.path) {
                return drawSticky(strategy, &taken, turn, health, &identifier)
            }
            return draw(strategy, &taken, turn, health, &random)
        case .loadBalance(nil): return draw(strategy, &taken, turn, health, &random)
        case .priority: return drawInTier(strategy, &taken, turn, health, &random)
        case .leastLatency: return betterOfTwo(strategy, &taken, turn, health, &random)
        case .leastBusy: return leastBusy(strategy, &taken, turn, health, &random)
        case .leastCost: return cheapest(strategy, taken, turn)
        }
    }

    // MARK: By weight

    private mutating func draw(
        _ strategy: PlanStrategy, _ taken: inout ChildSet, _ turn: Turn, _ health: borrowing TargetHealth,
        _ random: inout some RandomNumberGenerator
    ) -> Int? {
        for child in strategy.children.indices where strategy.children[child].weight > 0 {
            takeIfRefused(child, of: strategy, &taken, turn, health)
        }
        return record(WeightedDraw(strategy.children, without: taken, value: random.unit()), isSticky: false)
    }

    /// Draws among all, also those with open breakers, so that everyone whose child is well keeps it.
    private mutating func drawSticky(
        _ strategy: PlanStrategy, _ taken: inout ChildSet, _ turn: Turn, _ health: borrowing TargetHealth,
        _ identifier: inout StickyIdentifier
    ) -> Int? {
        while let draw = WeightedDraw(strategy.children, without: taken, value: identifier.unit()) {
            if !takeIfRefused(draw.child, of: strategy, &taken, turn, health) { return record(draw, isSticky: true) }
        }
        return nil
    }

    private mutating func drawInTier(
        _ strategy: PlanStrategy, _ taken: inout ChildSet, _ turn: Turn, _ health: borrowing TargetHealth,
        _ random: inout some RandomNumberGenerator
    ) -> Int? {
        let children = strategy.children
        while true {
            var tier: Int?
            for child in children.indices where children[child].weight > 0 && !taken.contains(child) {
                tier = min(tier ?? .max, children[child].priority)
            }
            guard let tier else { return nil }
            var others = taken
            for child in children.indices {
                if children[child].priority != tier {
                    others.insert(child)
                } else if children[child].weight > 0, takeIfRefused(child, of: strategy, &taken, turn, health) {
                    others.insert(child)
                }
            }
            if let draw = WeightedDraw(children, without: others, value: random.unit()) { return record(draw, isSticky: false) }
        }
    }

    private mutating func record(_ draw: WeightedDraw?, isSticky: Bool) -> Int? {
        guard let draw else { return nil }
        decisions.append(.drew(draw, isSticky: isSticky))
        return draw.child
    }

    // MARK: By figures

    /// Power of two choices: the better of two drawn at random. Nearly as good as the best of all, and the callers do not all run
    /// to the same one.
    private mutating func betterOfTwo(
        _ strategy: PlanStrategy, _ taken: inout ChildSet, _ turn: Turn, _ health: borrowing TargetHealth,
        _ random: inout some RandomNumberGenerator
    ) -> Int? {
        let askable = self.askable(strategy, &taken, turn, health)
        guard askable.count > 1 else { return askable.first }
        let position = random.whole(upTo: askable.count - 1)
        let step = 1 + random.whole(upTo: askable.count - 2)
        let (one, other) = (askable[position], askable[(position + step) % askable.count])
        let oneLoad = load(strategy.children[one].node, turn, health)
        let otherLoad = load(strategy.children[other].node, turn, health)
        decisions.append(.compared(one, Float(oneLoad), other, Float(otherLoad)))
        return otherLoad < oneLoad ? other : one
    }

    private mutating func leastBusy(
        _ strategy: PlanStrategy, _ taken: inout ChildSet, _ turn: Turn, _ health: borrowing TargetHealth,
        _ random: inout some RandomNumberGenerator
    ) -> Int? {
        let askable = self.askable(strategy, &taken, turn, health)
        guard askable.count > 1 else { return askable.first }
        // From a random one on, so that those which are equally busy get equally much.
        let start = random.whole(upTo: askable.count - 1)
        var best = askable[start]
        var fewest = inFlight(strategy.children[best].node, turn, health)
        for offset in 1..<askable.count {
            let child = askable[(start + offset) % askable.count]
            let count = inFlight(strategy.children[child].node, turn, health)
            if count < fewest { (best, fewest) = (child, count) }
        }
        decisions.append(.chose(best, .inFlight(fewest)))
        return best
    }

    private mutating func cheapest(_ strategy: PlanStrategy, _ taken: ChildSet, _ turn: Turn) -> Int? {
        var best: Int?
        var lowest = Int.max
        for child in strategy.children.indices where !taken.contains(child) {
            let price = self.price(strategy.children[child].node, turn)
            if best == nil || price < lowest { (best, lowest) = (child, price) }
        }
        guard let best else { return nil }
        decisions.append(.chose(best, .price(lowest < Self.unknownPrice ? lowest : nil)))
        return best
    }

    /// Children that can be asked; where there are none, those that would say why.
    private mutating func askable(
        _ strategy: PlanStrategy, _ taken: inout ChildSet, _ turn: Turn, _ health: borrowing TargetHealth
    ) -> [Int] {
        var askable: [Int] = []
        var unusable: [Int] = []
        for child in strategy.children.indices where !taken.contains(child) {
            if takeIfRefused(child, of: strategy, &taken, turn, health) { continue }
            switch standing(strategy.children[child].node, turn, health) {
            case .askable: askable.append(child)
            case .unusable: unusable.append(child)
            case .refused: break
            }
        }
        return askable.isEmpty ? unusable : askable
    }
}
