// SPDX-License-Identifier: Apache-2.0

/// A config as it is written: what the scenario draws, what its JSON says, and what the checker reads in it in its own way.
struct ConfigTree {
    enum Mode: String, CaseIterable {
        case single, fallback, loadbalance, conditional
        case leastLatency = "least_latency"
        case leastCost = "least_cost"
        case leastBusy = "least_busy"
        case priority
    }

    /// nil: a leaf.
    var mode: Mode?
    var children: [ConfigTree] = []
    /// Leaves are numbered, and each has a target of the scenario.
    var leaf = -1
    var target = -1
    /// `on_status_codes` of a strategy.
    var codes: [Int]?
    /// `conditions` of a strategy: the tier that the caller must be of, and the child that is meant.
    var conditions: [(tier: Int, child: Int)] = []
    var otherwise: Int?
    /// `cb_config` of a strategy, `circuit_breaker` of a leaf.
    var breaker: BreakerSettings?
    var retry: RetrySettings?
    var requestTimeout: Int?
    var firstChunkTimeout: Int?
    var idleTimeout: Int?
    var hedge: HedgeSettings?
    /// `sticky_session` of a `loadbalance`, by the tier.
    var isSticky = false
    var isLastResort = false
    var weight: Int?
    var priority: Int?
}

struct RetrySettings: Equatable {
    var attempts: Int
    var codes: [Int]?
    var usesRetryAfter: Bool
}

struct HedgeSettings: Equatable {
    /// Else after the target's 90th percentile.
    var afterMilliseconds: Int?
    var mostPercent: Int
}

struct BreakerSettings: Equatable {
    var failures: Int?
    var percent: Int?
    var minimum: Int?
    var cooldownMilliseconds: Int
    var codes: [Int]?
}

// MARK: - As JSON

extension ConfigTree {
    static let tiers = ["free", "paid", "gold"]

    /// - Parameter name: what a conditional strategy above calls it.
    func json(_ targets: [SimulatedTarget], name: String? = nil) -> String {
        var members: [String] = []
        if let name { members.append(#""name":"\#(name)""#) }
        if let mode {
            members.append(#""strategy":{\#(strategy(mode))}"#)
            let list = children.enumerated().map { $0.element.json(targets, name: "t\($0.offset)") }
            members.append(#""targets":[\#(list.joined(separator: ","))]"#)
        } else {
            let target = targets[target]
            members.append(#""virtual_key":"\#(target.keyName)""#)
            members.append(#""override_params":{"model":"\#(target.modelName)","seed":\#(leaf)}"#)
            if let breaker { members.append(#""circuit_breaker":\#(breaker.json)"#) }
        }
        if let retry { members.append(#""retry":\#(retry.json)"#) }
        for (name, value) in [
            ("request_timeout", requestTimeout), ("first_chunk_timeout", firstChunkTimeout), ("idle_timeout", idleTimeout),
            ("weight", weight), ("priority", priority),
        ] {
            if let value { members.append(#""\#(name)":\#(value)"#) }
        }
        if let hedge {
            let delay = hedge.afterMilliseconds.map { #""after_ms":\#($0)"# } ?? #""after_percentile":90"#
            members.append(#""hedge":{\#(delay),"max_extra_percent":\#(hedge.mostPercent)}"#)
        }
        if isLastResort { members.append(#""last_resort":true"#) }
        return "{\(members.joined(separator: ","))}"
    }

    private func strategy(_ mode: Mode) -> String {
        var members = [#""mode":"\#(mode.rawValue)""#]
        if let codes { members.append(#""on_status_codes":\#(codes)"#) }
        if mode == .conditional {
            let list = conditions.map { #"{"query":{"metadata.tier":{"$eq":"\#(Self.tiers[$0.tier])"}},"then":"t\#($0.child)"}"# }
            members.append(#""conditions":[\#(list.joined(separator: ","))]"#)
            if let otherwise { members.append(#""default":"t\#(otherwise)""#) }
        }
        if isSticky { members.append(#""sticky_session":{"enabled":true,"hash_fields":["metadata.tier"]}"#) }
        if let breaker { members.append(#""cb_config":\#(breaker.json)"#) }
        return members.joined(separator: ",")
    }
}

extension RetrySettings {
    var json: String {
        let list = codes.map { #","on_status_codes":\#($0)"# } ?? ""
        return #"{"attempts":\#(attempts)\#(list)\#(usesRetryAfter ? #","use_retry_after_header":true"# : "")}"#
    }
}

extension BreakerSettings {
    var json: String {
        var text = #"{"cooldown_interval":\#(cooldownMilliseconds)"#
        if let failures { text += #","failure_threshold":\#(failures)"# }
        if let percent { text += #","failure_threshold_percentage":\#(percent)"# }
        if let minimum { text += #","minimum_requests":\#(minimum)"# }
        if let codes { text += #","failure_status_codes":\#(codes)"# }
        return text + "}"
    }
}
