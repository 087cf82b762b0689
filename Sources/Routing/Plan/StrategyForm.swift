// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// A node's strategy, whichever way it is written:
/// - `strategy: {mode, …}` beside `targets`, as Portkey has it;
/// - `fallback: {targets, …}` (or `loadbalance`, `conditional`) beside other fields: the node itself may be the first target;
/// - `mode` beside `options`, as Portkey had it in 2023.
struct StrategyForm {
    /// Whether the node itself is a target in front of the others.
    enum OwnTarget {
        case no, yes
        /// Only for calls that name a key (`PlanTarget.isOnlyWithCallersKey`).
        case withCallersKey
    }

    let mode: ModeName
    /// Where the mode's own fields stand; nil where it has none.
    let fields: ConfigObject<StrategyKey>?
    /// A list of one at least.
    let targets: ConfigValue
    /// Where that stands in the node: `.targets`.
    let targetsPath: String
    let ownTarget: OwnTarget

    /// nil for a leaf.
    init?(_ object: ConfigObject<NodeKey>) throws(GatewayFailure) {
        let written = [NodeKey.strategy, .fallback, .loadbalance, .conditional, .options].filter { object[$0] != nil }
        guard let key = written.first, let value = object[key] else { return nil }
        if written.count > 1, let second = object[written[1]] {
            throw second.fault("and \(key.name) beside it are two strategies: a node has one. Nest one in the other's targets.")
        }
        switch key {
        case .strategy: try self.init(value, beside: object)
        case .options: try self.init(options: value, of: object)
        default: try self.init(block: value, key, of: object)
        }
    }

    private init(_ value: ConfigValue, beside object: ConfigObject<NodeKey>) throws(GatewayFailure) {
        let fields = try ConfigObject<StrategyKey>(value, example: #"{"mode": "fallback"}"#)
        guard let mode = fields[.mode] else { throw fields.missing(.mode, "one of \(ModeName.list).") }
        guard let targets = object[.targets] else {
            throw object.missing(.targets, "a strategy chooses among targets, as in [{\"virtual_key\": \"openai-prod\"}].")
        }
        try self.init(mode: modeName(mode), fields, targets, ".targets", .no)
    }

    private init(options: ConfigValue, of object: ConfigObject<NodeKey>) throws(GatewayFailure) {
        guard let mode = object[.mode] else { throw object.missing(.mode, "one of \(ModeName.list).") }
        try self.init(mode: modeName(mode), nil, options, ".options", .no)
    }

    private init(block value: ConfigValue, _ key: NodeKey, of object: ConfigObject<NodeKey>) throws(GatewayFailure) {
        let fields = try ConfigObject<StrategyKey>(value, example: #"{"targets": [{"virtual_key": "openai-prod"}]}"#)
        guard let targets = fields[.targets] else { throw fields.missing(.targets, "the list of what it chooses among.") }
        if let mode = fields[.mode] { throw mode.fault("is not needed: the field's name \(key.name) is the mode.") }
        let mode = ModeName.byName[key.name] ?? .fallback
        let namesKey = NodeKey.ofLeaves.contains { object[$0] != nil }
        let isForCaller = mode == .fallback && object.value.node == object.value.source.root
        try self.init(mode: mode, fields, targets, ".\(key.name).targets", namesKey ? .yes : isForCaller ? .withCallersKey : .no)
    }

    private init(
        mode: ModeName, _ fields: ConfigObject<StrategyKey>?, _ targets: ConfigValue, _ targetsPath: String,
        _ ownTarget: OwnTarget
    ) throws(GatewayFailure) {
        self.mode = mode
        self.fields = fields
        self.targets = targets
        self.ownTarget = ownTarget
        self.targetsPath = targetsPath
        var elements = try targets.elements("a list of targets").makeIterator()
        if elements.next() == nil { throw targets.fault("is empty: there is nothing to choose among.") }
    }
}

private func modeName(_ value: ConfigValue) throws(GatewayFailure) -> ModeName {
    let name = try value.string()
    if let mode = ModeName.byName[name] { return mode }
    let near = closestName(to: name, among: ModeName.allCases.lazy.map(\.name)).map { " Did you mean \($0)?" } ?? ""
    throw value.fault("is no strategy: it must be one of \(ModeName.list).\(near)")
}
