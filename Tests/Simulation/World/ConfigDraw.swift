// SPDX-License-Identifier: Apache-2.0
import SimulationKit
import TestSupport

/// Draws configs of every shape.
struct ConfigDraw {
    private let targets: Int
    private var leaves = 0
    private let most: Int
    private var random: SeededRandom
    /// What this run's configs have at all.
    private let hasHedges: Bool
    /// Lists that have 200 in them.
    private let goesOnAfterSuccess: Bool
    private let hasTimeouts: Bool
    private let hasRules: Bool
    private let hasLastResort: Bool

    init(targets: Int, random: SeededRandom) {
        self.targets = targets
        self.random = random
        most = self.random.int(1...6)
        hasHedges = self.random.fires(0.4)
        goesOnAfterSuccess = hasHedges ? false : self.random.fires(0.1)
        hasTimeouts = self.random.fires(0.5)
        hasRules = self.random.fires(0.6)
        hasLastResort = self.random.fires(0.2)
    }

    mutating func config() -> ConfigTree {
        leaves = 0
        return node(depth: 0)
    }

    private mutating func node(depth: Int) -> ConfigTree {
        var tree = depth == 0 && random.fires(0.85) || depth < 3 && random.fires(0.3) ? strategy(depth) : leaf()
        if random.fires(0.4) { tree.retry = retry() }
        if hasTimeouts {
            if random.fires(0.3) { tree.requestTimeout = random.pick([300, 2_000, 30_000]) }
            if random.fires(0.3) { tree.firstChunkTimeout = random.pick([400, 3_000]) }
            if random.fires(0.3) { tree.idleTimeout = random.pick([300, 5_000]) }
        }
        return tree
    }

    private mutating func leaf() -> ConfigTree {
        var tree = ConfigTree()
        tree.leaf = leaves
        leaves += 1
        tree.target = random.int(0...targets - 1)
        if hasRules, random.fires(0.7) { tree.breaker = breaker() }
        if hasHedges, random.fires(0.5) {
            tree.hedge = HedgeSettings(
                afterMilliseconds: random.pick([nil, 1, 20, 500, 5_000]), mostPercent: random.pick([10, 50, 100]))
        }
        tree.isLastResort = hasLastResort && random.fires(0.3)
        return tree
    }

    private mutating func strategy(_ depth: Int) -> ConfigTree {
        var tree = ConfigTree()
        let mode = random.pick([.fallback, .fallback] + ConfigTree.Mode.allCases)
        tree.mode = mode
        for index in 0..<random.int(1...3) where index == 0 || leaves < most { tree.children.append(node(depth: depth + 1)) }
        let last = tree.children.count - 1
        switch mode {
        case .fallback:
            let last = goesOnAfterSuccess ? [200, 500] : [500]
            if random.fires(0.4) { tree.codes = random.pick([[429], [500, 502, 503, 504], [408, 429, 500, 503], [], last]) }
        case .loadbalance:
            for index in 0...last { tree.children[index].weight = random.pick([nil, 1, 3, 70]) }
            tree.isSticky = random.fires(0.2)
        case .priority:
            for index in 0...last { tree.children[index].priority = random.pick([nil, 0, 1, 2]) }
            if random.fires(0.3) { tree.codes = [429, 500, 502, 503] }
        case .conditional:
            for _ in 0..<random.int(1...3) { tree.conditions.append((random.int(0...2), random.int(0...last))) }
            if random.fires(0.8) { tree.otherwise = random.int(0...last) }
        case .single, .leastLatency, .leastCost, .leastBusy: break
        }
        if mode == .loadbalance, last > 0, random.fires(0.3) { tree.children[last].weight = 0 }
        if hasRules, mode != .conditional, random.fires(0.3) { tree.breaker = breaker() }
        return tree
    }

    private mutating func retry() -> RetrySettings {
        RetrySettings(
            attempts: random.int(0...5), codes: random.pick([nil, nil, [429], [500, 503], [408, 429, 500, 502, 503, 504, 529]]),
            usesRetryAfter: random.fires(0.5))
    }

    private mutating func breaker() -> BreakerSettings {
        var rule = BreakerSettings(cooldownMilliseconds: random.pick([10_000, 30_000, 45_000, 60_000]))
        if random.fires(0.7) { rule.failures = random.int(1...6) }
        if rule.failures == nil || random.fires(0.3) { rule.percent = random.pick([20, 50, 100]) }
        if random.fires(0.4) { rule.minimum = random.int(1...20) }
        if random.fires(0.3) { rule.codes = random.pick([[429], [500, 503], [408, 500, 502, 503, 504]]) }
        return rule
    }
}
