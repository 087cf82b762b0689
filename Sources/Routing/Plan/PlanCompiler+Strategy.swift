// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Nodes that choose among others.
extension PlanCompiler {
    /// What Portkey's code takes when `ttl` is not said (its documentation says 3,600).
    private static let stickySeconds = 300

    mutating func compileStrategy(
        _ form: StrategyForm, of object: ConfigObject<NodeKey>, inheriting heir: PlanTarget, depth: Int
    ) throws(GatewayFailure) -> PlanNode {
        var heir = heir
        warnOfUnused(form, object)
        if let breaker = try breaker(of: form) { heir.breaker = breaker }

        var children: [PlanChild] = []
        if form.ownTarget != .no {
            var own = try leaf(object, heir)
            own.isOnlyWithCallersKey = form.ownTarget == .withCallersKey
            children.append(PlanChild(node: try append(own), name: try object[.name]?.string()))
        }
        let path = heir.path
        for (index, element) in try form.targets.elements("a list of targets").enumerated() {
            heir.path = "\(path)\(form.targetsPath)[\(index)]"
            children.append(try compile(element, inheriting: heir, depth: depth + 1, index: index))
            warnOfUnusedShare(of: element, form.mode)
        }
        let mode = try mode(form, children)
        return .strategy(PlanStrategy(path: path, mode: mode, children: children))
    }

    private mutating func mode(_ form: StrategyForm, _ children: [PlanChild]) throws(GatewayFailure) -> StrategyMode {
        let codes = try form.fields?[.onStatusCodes]?.statusCodes()
        switch form.mode {
        case .single: return .single
        case .fallback: return .fallback(codes: codes)
        case .leastLatency: return .leastLatency
        case .leastCost: return .leastCost
        case .leastBusy: return .leastBusy
        case .loadbalance:
            try checkWeights(children, form.targets)
            return .loadBalance(sticky: try sticky(form))
        case .priority:
            for tier in Set(children.map(\.priority)) { try checkWeights(children.filter { $0.priority == tier }, form.targets) }
            return .priority(codes: codes)
        case .conditional: return try conditional(form, children)
        }
    }

    private func checkWeights(_ children: [PlanChild], _ targets: ConfigValue) throws(GatewayFailure) {
        let total = children.reduce(0) { $0 + $1.weight }
        guard total > 0 else { throw targets.fault("has no weight above 0 to draw from: nothing could ever be chosen.") }
        guard total.isFinite else { throw targets.fault("has weights whose sum is not finite: write smaller ones.") }
    }

    private mutating func sticky(_ form: StrategyForm) throws(GatewayFailure) -> StickyRule? {
        guard let fields = form.fields else { return nil }
        if fields[.sticky] != nil, let second = fields[.stickySession] {
            throw second.fault("and sticky beside it are the same thing: keep one of the two.")
        }
        guard let value = fields[.sticky] ?? fields[.stickySession] else { return nil }
        let object = try ConfigObject<StickyKey>(value, example: #"{"enabled": true, "hash_fields": ["metadata.user_id"]}"#)
        warnings.unknown(object.unknown, StickyKey.self)
        var rule = StickyRule(fields: [], lifetimeSeconds: Self.stickySeconds)
        if let list = object[.hashFields] { rule.fields = try stickyFields(list) }
        if let ttl = object[.ttl] { rule.lifetimeSeconds = try ttl.int(1...Int.max) }
        guard try object[.enabled]?.bool() ?? true else { return nil }
        if rule.fields.isEmpty {
            warnings.add(value, "has no effect: it needs hash_fields, which say whose requests belong together.")
            return nil
        }
        return rule
    }

    private static var mostStickyFields: Int { 8 }

    private func stickyFields(_ list: ConfigValue) throws(GatewayFailure) -> [String] {
        var fields: [String] = []
        for element in try list.elements("a list of fields, as in [\"metadata.user_id\"]") {
            let field = try element.string()
            guard ["metadata.", "params.", "headers."].contains(where: { field.hasPrefix($0) && field != $0 }) else {
                throw element.fault("names no field: it starts with metadata., params. or headers.")
            }
            if fields.contains(field) { continue }
            guard fields.count < Self.mostStickyFields else {
                throw element.fault("is one field too many: at most \(Self.mostStickyFields) say who a session is of.")
            }
            fields.append(field)
        }
        return fields
    }

    private mutating func conditional(_ form: StrategyForm, _ children: [PlanChild]) throws(GatewayFailure) -> StrategyMode {
        var names: [String: Int] = [:]
        for (index, child) in children.enumerated() {
            guard let name = child.name else { continue }
            if names[name] != nil {
                warnings.add(form.targets, "has several targets of the name \(shortened(name)): the first of them is taken.")
            } else {
                names[name] = index
            }
        }
        var conditions: [Condition] = []
        if let list = form.fields?[.conditions] { conditions = try self.conditions(list, names) }
        guard let otherwise = form.fields?[.default] else {
            if conditions.isEmpty {
                throw form.fields?.missing(.conditions, "without one, and without a default, nothing could ever be chosen.")
                    ?? form.targets.fault("cannot be chosen among: mode conditional needs strategy.conditions.")
            }
            return .conditional(conditions, otherwise: nil)
        }
        return .conditional(conditions, otherwise: try child(otherwise, names))
    }

    private mutating func conditions(
        _ list: ConfigValue, _ names: [String: Int]
    ) throws(GatewayFailure) -> [Condition] {
        var conditions: [Condition] = []
        for element in try list.elements("a list of conditions") {
            let object = try ConfigObject<ConditionKey>(
                element, example: #"{"query": {"metadata.plan": {"$eq": "paid"}}, "then": "a target's name"}"#)
            warnings.unknown(object.unknown, ConditionKey.self)
            guard let query = object[.query] else { throw object.missing(.query, "what must hold; {} always does.") }
            guard let then = object[.then] else { throw object.missing(.then, "the name of a target.") }
            conditions.append(Condition(query: try self.query(query, depth: 0), child: try child(then, names)))
        }
        return conditions
    }

    private func child(_ value: ConfigValue, _ names: [String: Int]) throws(GatewayFailure) -> Int {
        let name = try value.string()
        if let index = names[name] { return index }
        if names.isEmpty { throw value.fault("names the target \(shortened(name)), but no target has a name.") }
        let known = names.keys.sorted()
        let near = closestName(to: name, among: known).map { " Did you mean \(shortened($0))?" }
        let hint = near ?? " There are: \(shortList(known))."
        throw value.fault("names the target \(shortened(name)), which there is not.\(hint)")
    }

    private mutating func breaker(of form: StrategyForm) throws(GatewayFailure) -> BreakerRule? {
        guard let fields = form.fields else { return nil }
        let rule = try breaker(fields[.circuitBreaker], fields[.cbConfig])
        if form.mode != .conditional { return rule }
        if let value = fields[.circuitBreaker] ?? fields[.cbConfig] {
            warnings.add(value, "has no effect: a conditional strategy passes none on. Write circuit_breaker on its targets.")
        }
        return nil
    }

    /// What a target's place among its siblings does not need.
    private mutating func warnOfUnusedShare(of target: ConfigValue, _ mode: ModeName) {
        func warn(_ key: StaticString, unless isUsed: Bool) {
            guard !isUsed, let node = target.document.find(key, in: target.node), !target.document.isNull(node) else { return }
            warnings.add(target.with(node), "has no effect with the mode \(mode.name).")
        }
        warn("weight", unless: mode == .loadbalance || mode == .priority)
        warn("priority", unless: mode == .priority)
    }

    /// Fields that the mode does not look at.
    private mutating func warnOfUnused(_ form: StrategyForm, _ object: ConfigObject<NodeKey>) {
        if form.ownTarget != .yes {
            for key in NodeKey.ofLeaves {
                guard let value = object[key] else { continue }
                warnings.add(value, "has no effect beside a strategy: each target names its own.")
            }
        }
        // The form that has its targets elsewhere.
        if let targets = object[.targets], targets.node != form.targets.node {
            warnings.add(targets, "has no effect: the targets are those of \(form.targets.place).")
        }
        guard let fields = form.fields else {
            warnings.add(form.targets, "is the old way to write targets; write \"strategy\": {\"mode\": …} and \"targets\".")
            return
        }
        warnings.unknown(fields.unknown, StrategyKey.self)
        if let targets = fields[.targets], targets.node != form.targets.node {
            warnings.add(targets, "has no effect: targets belong beside strategy.")
        }
        let used: Set<StrategyKey> =
            switch form.mode {
            case .fallback, .priority: [.onStatusCodes]
            case .loadbalance: [.sticky, .stickySession]
            case .conditional: [.conditions, .default]
            case .single, .leastLatency, .leastCost, .leastBusy: []
            }
        for key in [StrategyKey.onStatusCodes, .sticky, .stickySession, .conditions, .default] where !used.contains(key) {
            guard let value = fields[key] else { continue }
            warnings.add(value, "has no effect with the mode \(form.mode.name).")
        }
    }
}

/// At most five, so that a message stays one.
private func shortList(_ names: [String]) -> String {
    names.prefix(5).map { shortened($0) }.joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
}
