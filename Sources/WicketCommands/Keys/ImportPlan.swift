// SPDX-License-Identifier: Apache-2.0
import WicketClient
import WicketProtocol

/// What an import is going to do with each variable that is a provider's.
struct ImportPlan {
    enum Action: String { case create, rotate, skip }

    struct Step {
        var variable: String
        /// nil for a variable of the environment.
        var line: Int?
        var provider: String
        /// The virtual key's.
        var name: String
        var action: Action
        /// Why it is passed by.
        var reason: String?
        fileprivate(set) var value: String

        /// The key, for the one call that stores it.
        var secret: ProviderSecret { ProviderSecret(apiKey: Array(value.utf8)) }

        var place: String { line.map { "\(variable) (line \($0))" } ?? variable }

        /// All but the key.
        var json: WicketValue {
            WicketValue([
                ("variable", WicketValue(variable)), ("line", line.map { WicketValue($0) } ?? .null),
                ("provider", WicketValue(provider)), ("name", WicketValue(name)), ("action", WicketValue(action.rawValue)),
                ("reason", reason.map { WicketValue($0) } ?? .null),
            ])
        }
    }
    private(set) var steps: [Step] = []

    /// - Parameters:
    ///   - providers: as `providers.list` gives them.
    ///   - existing: the keys that are there, by name.
    init(
        _ entries: [DotEnv.Entry], inFile: Bool, providers: [WicketValue], existing: [String: WicketValue], prefix: String,
        rotate: Bool
    ) {
        for provider in providers {
            guard let id = provider["name"].string, let variable = provider["environment_variable"].string,
                // As a shell does, the last one counts.
                let entry = entries.last(where: { $0.name == variable })
            else { continue }
            var step = Step(
                variable: variable, line: inFile ? entry.line : nil, provider: id, name: prefix + id, action: .create,
                value: entry.value)
            if entry.value.isEmpty {
                step.pass("it is empty")
            } else if provider["needs_key"].bool != true {
                step.pass("\(id) takes no key")
            } else if provider["key"].string != "api_key" {
                step.pass("\(id) needs more than a key: wicket keys add \(step.name) --provider \(id) --parts < secret.json")
            } else if let key = existing[step.name] {
                step.action = .rotate
                // Its name says nothing of where it is sent.
                if key["provider"].string != id || key["base_url"].string != provider["base_url"].string {
                    let place = "\(key["provider"].string ?? "") at \(key["base_url"].string ?? "")"
                    step.pass("the key '\(step.name)' that is there is for \(place); --prefix sets names apart")
                } else if !rotate {
                    step.pass("there is a key '\(step.name)' already; --rotate replaces it")
                }
            }
            steps.append(step)
        }
        steps.sort { ($0.line ?? 0, $0.name) < ($1.line ?? 0, $1.name) }
    }

    var work: [Step] { steps.filter { $0.action != .skip } }
}

extension ImportPlan.Step {
    fileprivate mutating func pass(_ reason: String) {
        action = .skip
        self.reason = reason
    }
}
