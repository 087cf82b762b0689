// SPDX-License-Identifier: Apache-2.0

/// A call as policies see it. What it does not say is nil.
package struct PolicySubject: Sendable {
    /// Something that is called by a name and counted under an id; ours have one and the same.
    package struct Entity: Sendable {
        package var id: String
        package var name: String

        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }

        package init(_ name: String) { self.init(id: name, name: name) }
    }

    package var apiKey: String?
    package var virtualKey: Entity?
    package var provider: String?
    package var config: Entity?
    package var prompt: Entity?
    package var model: String?
    package var workspace: String?
    package var organisation: String?
    package var endpointType: String?
    package var metadata: [String: String] = [:]

    package init() {}

    /// What a condition on this key is compared with: one of them has to fit.
    func names(_ key: PolicyKey) -> [String] {
        switch key {
        case .apiKey: some(apiKey)
        case .virtualKey: some(virtualKey)
        case .provider: some(provider)
        case .config: some(config)
        case .prompt: some(prompt)
        // As callers name it with its key or its provider: `@openai/gpt-4o`.
        case .model: model.map { model in [provider, virtualKey?.name].compactMap { $0 }.map { "@\($0)/\(model)" } } ?? []
        case .workspace: some(workspace)
        case .organisation: some(organisation)
        case .endpointType: some(endpointType)
        case .metadata(let name): some(metadata[name])
        }
    }

    func groupValue(_ key: PolicyKey) -> String? {
        let value: String? = switch key {
        case .virtualKey: virtualKey?.id
        case .config: config?.id
        case .prompt: prompt?.id
        case .model: model.flatMap { model in provider.map { "\($0).\(model)" } }
        default: names(key).first
        }
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func some(_ value: String?) -> [String] { value.map { [$0] } ?? [] }
    private func some(_ entity: Entity?) -> [String] { entity.map { [$0.name, $0.id] } ?? [] }
}
