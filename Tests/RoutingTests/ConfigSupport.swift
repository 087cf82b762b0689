// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import Routing

/// Compiles a config as the options of a call name it.
func compile(_ text: String) throws -> Plan {
    let document = try JSONDocument(text)
    return try Plan.compile(document.root, of: document, path: "options.config")
}

/// Where and why a config is refused; nil when it is not.
func refusal(_ text: String) throws -> GatewayFailure? {
    let document = try JSONDocument(text)
    do throws(GatewayFailure) { _ = try Plan.compile(document.root, of: document, path: "options.config") } catch { return error }
    return nil
}

/// A config whose only target has these members beside a virtual key.
func compileTarget(_ members: String) throws -> PlanTarget {
    try #require(try compile(#"{"virtual_key": "a", \#(members)}"#).targets.first)
}

extension Plan {
    /// The tree in one line: `fallback(@a, loadbalance(@b, openai))`.
    var outline: String { outline(root) }

    private func outline(_ node: PlanNode) -> String {
        switch node {
        case .target(let index): targets[index].label
        case .strategy(let strategy):
            strategy.mode.label + "(" + strategy.children.map { outline($0.node) }.joined(separator: ", ") + ")"
        }
    }

    var strategy: PlanStrategy? {
        guard case .strategy(let strategy) = root else { return nil }
        return strategy
    }

    /// The child that a conditional root chooses; nil for none.
    func choice(_ facts: RoutingFacts) -> Int? {
        guard case .conditional(let conditions, let otherwise) = strategy?.mode else { return nil }
        return conditions.first { $0.query.holds(facts) }?.child ?? otherwise
    }
}

extension PlanTarget {
    fileprivate var label: String {
        let key = virtualKey.map { "@\($0)" } ?? provider ?? (apiKey == nil ? "caller" : "key")
        return isOnlyWithCallersKey ? key + "?" : key
    }
}

extension StrategyMode {
    fileprivate var label: String {
        switch self {
        case .single: "single"
        case .fallback(let codes): "fallback" + (codes.map { "\($0.sorted())" } ?? "")
        case .loadBalance(let sticky): "loadbalance" + (sticky.map { "\($0.fields)" } ?? "")
        case .conditional: "conditional"
        case .leastLatency: "least_latency"
        case .leastCost: "least_cost"
        case .leastBusy: "least_busy"
        case .priority(let codes): "priority" + (codes.map { "\($0.sorted())" } ?? "")
        }
    }
}

/// A call with these metadata and this request.
func facts(metadata: String? = nil, params: String = "{}", path: String = "/v1/chat/completions") throws -> RoutingFacts {
    let request = try JSONDocument(params)
    let metadata = try metadata.map { try JSONDocument($0) }
    return RoutingFacts(metadata: metadata.map { ($0, $0.root) }, params: (request, request.root), urlPath: path)
}
