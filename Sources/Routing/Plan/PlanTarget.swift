// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// A leaf of a plan: one thing that a request can be sent to, with everything that its ancestors gave it.
package struct PlanTarget: Sendable {
    /// `config.targets[1].targets[0]`.
    package var path: String
    /// Which provider and key; where all of these are nil the call's own options say it.
    package var provider: String?
    package var virtualKey: String?
    package var apiKey: SecretBytes?
    package var customHost: String?
    /// Whether the call's own `virtual_key`, `provider` and `api_key` count for it: it names none itself.
    package var usesCallersKey: Bool { provider == nil && virtualKey == nil && apiKey == nil }

    package var edits = BodyEdits()
    /// Names of the caller's header fields that go to this target, or nil for all that the caller forwards.
    package var forwardHeaders: [String]?
    package var strictOpenAICompliance: Bool?
    package var retry = RetryRule()
    package var timeouts = TimeoutRule()
    /// nil: the default breaker.
    package var breaker: BreakerRule?
    package var hedge: HedgeRule?
    /// nil: nothing is kept, and identical requests are not made one.
    package var cache: CacheRule?
    /// Asked even though its breaker is open, when there is nothing else.
    package var isLastResort = false

    /// Takes part only when the call's options name a virtual key, a provider or a key. Otherwise its candidate is absent.
    ///
    /// `{"retry": …, "fallback": {"targets": […]}}` means: the call as it is first, then the targets. The leaf for the call as it
    /// is has the path `config` and this mark; for a call that names no key there is nothing to ask, and the targets come first.
    package var isOnlyWithCallersKey = false

    package init(path: String) { self.path = path }

    /// What one takes in memory without its edits.
    static let roughBytes = 896
}

/// Changes of a request's body. Members are raw JSON, by name, in the order of the config.
package struct BodyEdits: Sendable {
    /// `override_params`: set, whatever the request says.
    package var overrides: [BodyMember] = []
    /// `default_params`: set where the request does not say it.
    package var defaults: [BodyMember] = []
    /// `drop_params`: taken out.
    package var dropped: [String] = []

    package init() {}
    /// Names and values are shared with the parents, but the lists are not.
    var roughBytes: Int { 64 * (overrides.count + defaults.count) + 32 * dropped.count }
    package var isEmpty: Bool { overrides.isEmpty && defaults.isEmpty && dropped.isEmpty }
    /// The model that `override_params` names.
    package var model: String?
    /// The model that `default_params` names.
    package var defaultModel: String?
}

/// A member of a JSON object: its name, and its value as raw JSON.
package struct BodyMember: Sendable, Equatable {
    package var name: String
    package var value: [UInt8]

    package init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }
}
