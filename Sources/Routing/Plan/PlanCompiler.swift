// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import JSONBytes

extension Plan {
    /// Compiles a config.
    /// - Parameter path: how the caller names the config, for errors (`options.config`).
    /// - Throws: `invalid_params` with the path of the first fault (`options.config.strategy.conditions[1].query.$foo`).
    package static func compile(
        _ node: JSONNode, of document: JSONDocument, path: String
    ) throws(GatewayFailure) -> Plan {
        var compiler = PlanCompiler()
        let config = ConfigValue(source: ConfigSource(document, root: node, name: path), node: node)
        let root = try compiler.compile(config, inheriting: PlanTarget(path: "config"), depth: 0, index: 0)
        return Plan(root: root.node, targets: compiler.targets, warnings: compiler.warnings.list)
    }
}

/// Walks a config from its root to its leaves, once.
struct PlanCompiler {
    /// Targets inside of targets.
    static let deepest = 16
    /// Leaves; a config beyond it was made by a loop, not by a person.
    static let mostTargets = 1024
    /// What all leaves together may take in memory, roughly.
    static let mostBytes = 4 << 20

    private(set) var targets: [PlanTarget] = []
    var warnings = PlanWarnings()
    var budget = QueryBudget()
    /// See `Plan.roughBytes`.
    var bytes = 0

    /// - Parameter parent: what the node inherits, in the form of a target that has the node's own path.
    mutating func compile(
        _ value: ConfigValue, inheriting parent: PlanTarget, depth: Int, index: Int
    ) throws(GatewayFailure) -> PlanChild {
        guard depth <= Self.deepest else {
            throw value.fault("is nested too deeply: targets stand inside of targets at most \(Self.deepest) times.")
        }
        let object = try ConfigObject<NodeKey>(value, example: #"{"virtual_key": "openai-prod"}"#)
        var heir = parent
        let ownBreaker = try breaker(of: object)
        heir.breaker = ownBreaker ?? parent.breaker
        try applyRules(of: object, to: &heir)
        try applyEdits(of: object, to: &heir)
        try warnOfUnused(object)

        var child = PlanChild(node: .target(0), name: try object[.name]?.string(), priority: index)
        if let weight = object[.weight] {
            child.weight = try weight.number(0...Double.greatestFiniteMagnitude, "a number, 0 or more; 0 is never chosen")
        }
        if let priority = object[.priority] { child.priority = try priority.int(Int.min...Int.max) }
        if let form = try StrategyForm(object) {
            if form.mode == .conditional { heir.breaker = ownBreaker }
            child.node = try compileStrategy(form, of: object, inheriting: heir, depth: depth)
        } else {
            try warnOfUnusedTargets(object)
            let target = try leaf(object, heir)
            child.node = try append(target)
        }
        return child
    }

    mutating func append(_ target: PlanTarget) throws(GatewayFailure) -> PlanNode {
        targets.append(target)
        return .target(targets.count - 1)
    }

    private mutating func warnOfUnused(_ object: ConfigObject<NodeKey>) throws(GatewayFailure) {
        for key in NodeKey.unused {
            guard let value = object[key] else { continue }
            warnings.add(value, "belongs to Portkey's hosted service and has no effect here.")
        }
        try checkHooks(of: object)
        let (options, others) = providerOptions(in: object.unknown)
        for option in options { warnings.notBuilt(.providerOptions, option) }
        warnings.unknown(others, NodeKey.self)
    }

    private mutating func warnOfUnusedTargets(_ object: ConfigObject<NodeKey>) throws(GatewayFailure) {
        if let targets = object[.targets] {
            warnings.add(targets, "has no effect without a strategy: add \"strategy\": {\"mode\": \"fallback\"} or another.")
        }
        if let mode = object[.mode] { warnings.add(mode, "has no effect here: it belongs in `strategy`.") }
    }
}
