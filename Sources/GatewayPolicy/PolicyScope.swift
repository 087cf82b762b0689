// SPDX-License-Identifier: Apache-2.0

/// Which calls a limit is for, and which of them share one count: `conditions` and `group_by` of Portkey's usage-limit and
/// rate-limit policies.
package struct PolicyScope: Sendable {
    /// All must hold; none holds for every call.
    package var conditions: [PolicyCondition]
    /// Calls that agree in these share a count; none: all of them do.
    package var grouping: [PolicyKey]

    package init(conditions: [PolicyCondition] = [], grouping: [PolicyKey] = []) {
        self.conditions = conditions
        self.grouping = grouping
    }

    package func matches(_ call: PolicySubject) -> Bool {
        conditions.allSatisfy { $0.holds(call) }
    }

    /// The name of the count that a call belongs to (`api_key:ak-model:openai.gpt-4o`), or nil when it does not say all of what
    /// the calls are grouped by: then the policy is not for it.
    package func bucket(of call: PolicySubject) -> String? {
        if grouping.isEmpty { return "default" }
        var parts: [String] = []
        for key in grouping {
            guard let value = call.groupValue(key) else { return nil }
            parts.append("\(key.text):\(value)")
        }
        return parts.joined(separator: "-")
    }
}

/// One of `conditions`.
package struct PolicyCondition: Sendable {
    package var key: PolicyKey
    /// One of them must be the call's; `*` is any that is not empty. nil: any that is not excluded.
    package var values: [String]?
    package var excluded: [String]

    package init(_ key: PolicyKey, values: [String]? = nil, excluded: [String] = []) {
        self.key = key
        self.values = values
        self.excluded = excluded
    }

    /// What a call does not say never matches.
    func holds(_ call: PolicySubject) -> Bool {
        let names = call.names(key)
        guard names.contains(where: { !$0.isEmpty }) else { return false }
        if excluded.contains(where: { fits($0, names) }) { return false }
        return values?.contains { fits($0, names) } ?? true
    }

    private func fits(_ pattern: String, _ names: [String]) -> Bool {
        if pattern == "*" { return true }
        // Only a model has a wildcard: all of a provider's.
        if key == .model, pattern.hasSuffix("/*") { return names.contains { $0.hasPrefix(pattern.dropLast()) } }
        return names.contains(pattern)
    }
}

/// What conditions and groups look at.
package enum PolicyKey: Hashable, Sendable {
    case apiKey, virtualKey, provider, config, prompt, model, workspace, organisation, endpointType
    case metadata(String)

    /// - Returns: nil for a name that is none; a policy with such a key matches nothing.
    package init?(_ text: String) {
        if text.hasPrefix("metadata."), text != "metadata." {
            self = .metadata(String(text.dropFirst(9)))
        } else if let key = Self.plain.first(where: { $0.text == text }) {
            self = key
        } else {
            return nil
        }
    }

    private static let plain: [PolicyKey] = [
        .apiKey, .virtualKey, .provider, .config, .prompt, .model, .workspace, .organisation, .endpointType,
    ]

    /// As a policy names it.
    package var text: String {
        switch self {
        case .apiKey: "api_key"
        case .virtualKey: "virtual_key"
        case .provider: "provider"
        case .config: "config"
        case .prompt: "prompt"
        case .model: "model"
        case .workspace: "workspace_id"
        case .organisation: "organisation_id"
        case .endpointType: "endpoint_type"
        case .metadata(let name): "metadata.\(name)"
        }
    }
}
