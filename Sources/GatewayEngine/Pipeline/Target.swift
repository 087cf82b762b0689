// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import ProviderAdapters
import Routing

/// One thing a request can be sent to: a provider at an address, with a key, and the model to ask for. An object, because it is
/// found once and used by many calls.
final class Target: Sendable {
    enum Key: Sendable {
        /// The provider takes none.
        case none
        /// A virtual key, by name; the vault opens it for this target's origin only.
        case vault(String)
        /// The caller's own, never stored.
        case inline(SecretBytes)
    }

    let provider: Provider
    let base: BaseURL
    let key: Key
    /// The name that the provider knows.
    let model: String
    /// Its path in the config.
    let path: String
    /// When its key expires, in milliseconds since 1970, or nil.
    let expiresAtMilliseconds: Int?
    /// Whether its key was rotated with a grace that may still last.
    let hasPreviousKey: Bool
    /// Whether its key may be used with some models only.
    let limitsModels: Bool
    /// The limits of its key.
    let limits: SpendingRules
    /// What follows the path of each request, from `?` on.
    let query: String

    init(
        provider: Provider, base: BaseURL, key: Key, model: String, path: String, expiresAtMilliseconds: Int? = nil,
        hasPreviousKey: Bool = false, limitsModels: Bool = false, limits: SpendingRules = SpendingRules(), query: String = ""
    ) {
        self.provider = provider
        self.base = base
        self.key = key
        self.model = model
        self.path = path
        self.expiresAtMilliseconds = expiresAtMilliseconds
        self.hasPreviousKey = hasPreviousKey
        self.limitsModels = limitsModels
        self.limits = limits
        self.query = query
    }

    var virtualKey: String? {
        if case .vault(let name) = key { name } else { nil }
    }

    /// What its health is kept under.
    var id: TargetID {
        switch key {
        case .vault(let name): TargetID(provider: provider.id, key: name, model: model)
        // A caller's own key is told apart by where it goes, never by its bytes.
        case .none, .inline: TargetID(provider: provider.id, key: base.origin, model: model)
        }
    }
}
