// SPDX-License-Identifier: Apache-2.0

/// What a config's text means for what may be observed, read without any of the gateway's code.
struct ConfigFacts {
    struct Leaf {
        var target = -1
        var attempts = 0
        var retryCodes: Set<Int> = [429, 500, 502, 503, 504]
        var usesRetryAfter = false
        var breaker: BreakerSettings?
        var isHedged = false
        var isLastResort = false
        /// A strategy above goes on from 200: what its health is told of a stream is told when the first chunk is there.
        var isHeldBack = false
        /// The strategies above it, outermost first.
        var ancestors: [Int] = []
        var firstChunkTimeout: Int?
        var idleTimeout: Int?
    }

    /// What a caller of one tier may see.
    struct Reach {
        var leaves: Set<Int> = []
        /// Tries of one call at most, hedges included.
        var mostTries = 0
        /// A conditional strategy on the way may match nothing.
        var mayHaveNoRoute = false

        mutating func add(_ other: Reach, isInsteadOf: Bool) {
            leaves.formUnion(other.leaves)
            mostTries = isInsteadOf ? max(mostTries, other.mostTries) : mostTries + other.mostTries
            mayHaveNoRoute = mayHaveNoRoute || other.mayHaveNoRoute
        }
    }

    private(set) var leaves: [Leaf] = []
    private var strategies: [(mode: ConfigTree.Mode, codes: [Int]?)] = []
    /// By tier.
    private(set) var reach: [Reach] = []
    /// A status of success is somewhere listed as one to go on from.
    private(set) var goesOnAfterSuccess = false
    var isHedged: Bool { leaves.contains { $0.isHedged } }

    /// What a call without a config does: one try at its own target.
    static func direct(target: Int) -> ConfigFacts {
        var facts = ConfigFacts()
        facts.leaves = [Leaf(target: target)]
        facts.reach = Array(repeating: Reach(leaves: [0], mostTries: 1), count: ConfigTree.tiers.count)
        return facts
    }

    private init() {}

    init(_ tree: ConfigTree) {
        collect(tree, Leaf())
        reach = ConfigTree.tiers.indices.map { reach(tree, $0) }
    }

    /// What children inherit: whole objects, the nearest wins.
    private mutating func collect(_ tree: ConfigTree, _ parent: Leaf) {
        var own = parent
        if let retry = tree.retry {
            own.attempts = retry.attempts
            own.retryCodes = Set(retry.codes ?? [429, 500, 502, 503, 504])
            own.usesRetryAfter = retry.usesRetryAfter
        }
        own.firstChunkTimeout = tree.firstChunkTimeout ?? parent.firstChunkTimeout
        own.idleTimeout = tree.idleTimeout ?? parent.idleTimeout
        own.breaker = tree.mode == .conditional ? nil : tree.breaker ?? parent.breaker
        if tree.codes?.contains(200) ?? false {
            goesOnAfterSuccess = true
            own.isHeldBack = true
        }
        if let mode = tree.mode {
            own.ancestors.append(strategies.count)
            strategies.append((mode, tree.codes))
            for child in tree.children { collect(child, own) }
            return
        }
        own.target = tree.target
        own.isHedged = tree.hedge != nil
        own.isLastResort = tree.isLastResort
        precondition(tree.leaf == leaves.count, "leaves are numbered in their order")
        leaves.append(own)
    }

    /// Whether a call may go on from one leaf to another after an end that the lists of codes see so: the strategy that has them
    /// both must be one that moves on, and list the end.
    func mayMoveOn(from leaf: Int, to next: Int, after codes: [Int], isSuccess: Bool) -> Bool {
        guard let shared = leaves[leaf].ancestors.last(where: leaves[next].ancestors.contains) else { return false }
        let (mode, list) = strategies[shared]
        switch mode {
        case .fallback, .priority: return list.map { !Set($0).isDisjoint(with: codes) } ?? !isSuccess
        case .leastCost: return !isSuccess
        case .single, .conditional, .loadbalance, .leastLatency, .leastBusy: return false
        }
    }

    private func reach(_ tree: ConfigTree, _ tier: Int) -> Reach {
        guard let mode = tree.mode else {
            let leaf = leaves[tree.leaf]
            return Reach(leaves: [tree.leaf], mostTries: leaf.attempts + 1 + (leaf.isHedged ? 1 : 0))
        }
        switch mode {
        case .single: return reach(tree.children[0], tier)
        case .conditional:
            let held = tree.conditions.first { $0.tier == tier }?.child ?? tree.otherwise
            return held.map { reach(tree.children[$0], tier) } ?? Reach(mayHaveNoRoute: true)
        case .fallback, .leastCost, .priority, .loadbalance, .leastLatency, .leastBusy:
            let isOne = mode == .loadbalance || mode == .leastLatency || mode == .leastBusy
            var all = Reach()
            for child in tree.children where !(mode == .loadbalance && child.weight == 0) {
                all.add(reach(child, tier), isInsteadOf: isOne)
            }
            return all
        }
    }
}
