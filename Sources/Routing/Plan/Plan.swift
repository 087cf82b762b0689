// SPDX-License-Identifier: Apache-2.0

/// A config, compiled: what its JSON says, with inheritance done and every default in place. Used by many calls at a time, never
/// changed.
package final class Plan: Sendable {
    package let root: PlanNode
    /// Every leaf of the tree, in the order of the config.
    package let targets: [PlanTarget]
    /// What the config says that has no effect, in sentences for `gateway.warnings`.
    package let warnings: [String]
    /// Whether what a call brings beside its request keeps its answers apart.
    package let variesAnswers: Bool

    package init(root: PlanNode, targets: [PlanTarget], warnings: [String] = []) {
        self.root = root
        self.targets = targets
        self.warnings = warnings
        variesAnswers = targets.contains { $0.cache?.vary.isEmpty == false }
    }

    /// What it takes in memory, roughly, in bytes.
    package var roughBytes: Int {
        targets.reduce(warnings.reduce(0) { $0 + $1.utf8.count }) { sum, target in
            sum + PlanTarget.roughBytes + target.edits.roughBytes
        }
    }

    /// What a call without a config follows: the one target that its options name.
    package static let direct = Plan(root: .target(0), targets: [PlanTarget(path: "config")])

    /// Whether a key is written in the config itself. Such a plan is used for its call and not kept.
    package var holdsSecret: Bool { targets.contains { $0.apiKey != nil } }
}

/// A node of the tree.
package enum PlanNode: Sendable {
    /// A leaf: its index in `Plan.targets`.
    case target(Int)
    case strategy(PlanStrategy)
}

/// A node that chooses among others.
package final class PlanStrategy: Sendable {
    /// `config.targets[0]`, or `config`.
    package let path: String
    package let mode: StrategyMode
    package let children: [PlanChild]
    /// What explanations say of it.
    let explanation: [UInt8]

    package init(path: String, mode: StrategyMode, children: [PlanChild]) {
        self.path = path
        self.mode = mode
        self.children = children
        explanation = Self.explanation(path, mode, children)
    }
}

/// One of `targets`, with what its place among its siblings needs.
package struct PlanChild: Sendable {
    package var node: PlanNode
    /// What `then` and `default` of a conditional strategy call it.
    package var name: String?
    /// For `loadbalance`; 1 when it is not said.
    package var weight: Double
    /// For `priority`: smaller is tried first; its place in the list when it is not said.
    package var priority: Int

    package init(node: PlanNode, name: String? = nil, weight: Double = 1, priority: Int = 0) {
        self.node = node
        self.name = name
        self.weight = weight
        self.priority = priority
    }
}

/// How a node chooses.
package enum StrategyMode: Sendable {
    /// The first child, the others are not looked at.
    case single
    /// One after the other. `codes` nil: until one answers with 2xx; else on as long as the status is in it.
    case fallback(codes: Set<Int>?)
    /// One, drawn by weight.
    case loadBalance(sticky: StickyRule?)
    /// The first condition that holds names the child.
    case conditional([Condition], otherwise: Int?)
    /// The better of two that are drawn, by peak EWMA of latency.
    case leastLatency
    /// The cheapest by the price table, the others after it when it fails as `fallback` would.
    case leastCost
    /// The one with the fewest requests in flight.
    case leastBusy
    /// Tiers: those of the smallest `priority` first, drawn by weight within one; the next tier when it fails as in `fallback`.
    case priority(codes: Set<Int>?)
}

/// One of `strategy.conditions`.
package struct Condition: Sendable {
    package var query: Query
    /// The index in `children` that it names.
    package var child: Int

    package init(query: Query, child: Int) {
        self.query = query
        self.child = child
    }
}

/// `strategy.sticky_session`: requests that agree in these fields keep their target.
package struct StickyRule: Sendable, Equatable {
    /// `metadata.user_id`, `params.user`, `headers.x-session`.
    package var fields: [String]
    /// At least so long. The choice follows from the fields themselves, so it lasts as long as the weights do.
    package var lifetimeSeconds: Int

    package init(fields: [String], lifetimeSeconds: Int) {
        self.fields = fields
        self.lifetimeSeconds = lifetimeSeconds
    }
}
