// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import JSONBytes
import ProviderAdapters
import Routing

/// Finds out where a leaf of a plan sends a call. Knows the catalog and the names in the vault; opens no key.
struct TargetResolver: Sendable {
    let catalog: ProviderCatalog
    var pricing = Pricing()
    let secrets: any SecretSource

    /// - Parameter now: milliseconds since 1970; a key that has expired by then is refused.
    func resolve(_ leaf: PlanTarget, for call: GatewayCall, now: Int) throws(GatewayFailure) -> Target {
        var wish = Wish(leaf, call)
        if let model = leaf.edits.model {
            wish.model = model
        } else if let model = leaf.edits.defaultModel, call.document.find("model", in: call.request) == nil {
            wish.model = model
        } else {
            wish.model = try requestedModel(call)
        }
        if let slug = takeKeySlug(&wish.model), wish.virtualKey == nil { wish.virtualKey = slug }
        if let name = wish.virtualKey { return try target(forKey: name, wish, now) }
        if let provider = wish.provider {
            if provider.hasPrefix("@") { return try target(forKey: String(provider.dropFirst()), wish, now) }
            return try target(forProvider: provider, wish)
        }
        if let (keyless, rest) = keylessProvider(named: wish.model) {
            // `local` knows its models by both names, and says the one that it was asked by.
            if keyless != "local" { wish.model = rest }
            return try target(forProvider: keyless, wish)
        }
        throw .invalidParams(
            "\(wish.place).virtual_key",
            "Nothing says which provider to ask. Name a key in \(wish.place).virtual_key (`wicket keys list` shows yours), or a "
                + "provider and its api_key; `local/echo` needs neither."
        )
    }

    /// What a leaf and the call's options say together. A leaf that names a provider or a key of its own gets nothing of the
    /// caller's: a key goes only where it was named for.
    private struct Wish {
        var virtualKey: String?
        var provider: String?
        var apiKey: SecretBytes?
        var customHost: String?
        var model = ""
        let path: String
        /// Where the provider and the key are named, for errors.
        let place: String
        let overridesModel: Bool
        /// Whose policy every target has to stand up to, wherever in the plan it comes from.
        let policy: AccessPolicy?

        init(_ leaf: PlanTarget, _ call: GatewayCall) {
            let options = call.options
            path = leaf.path
            policy = call.policy
            overridesModel = leaf.edits.model != nil
            customHost = options.customHost ?? leaf.customHost
            if leaf.usesCallersKey {
                virtualKey = options.virtualKey
                provider = options.provider
                apiKey = options.apiKey
                place = "options"
            } else {
                virtualKey = leaf.virtualKey
                provider = leaf.provider
                apiKey = leaf.apiKey
                place = "options." + leaf.path
            }
        }

        /// Where the model is named.
        var modelPlace: String { overridesModel ? "options.\(path).override_params.model" : "request.model" }
    }

    // MARK: The model

    private func requestedModel(_ call: GatewayCall) throws(GatewayFailure) -> String {
        if call.operation == .models { return "" }
        guard let node = call.document.find("model", in: call.request) else {
            throw .invalidParams("request.model", "request.model is missing: name the model to ask.")
        }
        guard let model = call.document.string(node), !model.isEmpty else {
            throw .invalidParams("request.model", "request.model must be a string that is not empty.")
        }
        return model
    }

    /// Splits `@key/model`, Portkey's way of naming a virtual key in the model.
    private func takeKeySlug(_ model: inout String) -> String? {
        guard model.hasPrefix("@"), let slash = model.firstIndex(of: "/") else { return nil }
        let slug = String(model[model.index(after: model.startIndex)..<slash])
        model = String(model[model.index(after: slash)...])
        return slug
    }

    /// `ollama/llama3` names a provider that needs no key and has an address of its own, so nothing else has to be said.
    private func keylessProvider(named model: String) -> (provider: String, model: String)? {
        guard let slash = model.firstIndex(of: "/"), let provider = catalog.provider(String(model[..<slash])),
            provider.authField == nil, !provider.baseURL.isEmpty
        else { return nil }
        return (provider.id, String(model[model.index(after: slash)...]))
    }

    // MARK: The target

    private func target(forKey name: String, _ wish: Wish, _ now: Int) throws(GatewayFailure) -> Target {
        // Before the key is looked for: whether there is one of that name is nobody's business who may not use it.
        try wish.policy?.checkKey(name, path: "\(wish.place).virtual_key")
        let key = try virtualKey(name, wish)
        if let expiry = key.expiresAtMilliseconds, expiry <= now {
            throw GatewayFailure(
                .permissionDenied, "The virtual key \(name) has expired: rotate it, or give it a later expires_at.")
        }
        if let patterns = key.models, !wish.model.isEmpty, !patterns.contains(where: { matches(wish.model, pattern: $0) }) {
            throw GatewayFailure(
                .permissionDenied,
                "The virtual key \(name) may not be used with the model \(wish.model): it allows "
                    + "\(patterns.joined(separator: ", ")).")
        }
        if let provider = wish.provider, provider != key.provider, provider != "@" + name {
            throw .diverted(
                key: name,
                "\(wish.place).provider says \(provider), but the key \(name) is for \(key.provider): leave one out.",
                path: "\(wish.place).provider")
        }
        let provider = try known(key.provider, wish)
        let model = try permitted(wish, at: provider, "virtual_key")
        var base = key.baseURL
        if let host = wish.customHost { base = try customBase(host, forKey: name, boundTo: base.origin) }
        return Target(
            provider: provider, base: base, key: .vault(name), model: model,
            path: wish.path, expiresAtMilliseconds: key.expiresAtMilliseconds, hasPreviousKey: key.hasPreviousAPIKey,
            limitsModels: key.models != nil, limits: key.limits, query: fill(provider.query, with: key.parts).text)
    }

    /// Another path at the key's own origin. What cannot be read is told apart from what leads elsewhere; both are on record.
    private func customBase(_ host: String, forKey name: String, boundTo origin: String) throws(GatewayFailure) -> BaseURL {
        do throws(GatewayFailure) {
            let custom = try BaseURL(host, parameter: "options.custom_host")
            if custom.origin == origin { return custom }
            throw GatewayFailure(
                .permissionDenied,
                "The key \(name) is bound to \(origin) and is not sent to \(custom.origin): add a key with that base_url.")
        } catch {
            var failure = error
            failure.divertedKey = name
            throw failure
        }
    }

    /// A missing key says which leaf of the config names it.
    private func virtualKey(_ name: String, _ wish: Wish) throws(GatewayFailure) -> VirtualKey {
        do throws(GatewayFailure) { return try secrets.virtualKey(named: name) } catch {
            var failure = error
            failure.path = failure.path ?? "\(wish.place).virtual_key"
            if wish.place != "options" { failure.message += " (It is named at \(wish.path).)" }
            throw failure
        }
    }

    private func target(forProvider name: String, _ wish: Wish) throws(GatewayFailure) -> Target {
        let provider = try known(name, wish)
        let model = try permitted(wish, at: provider, "provider")
        if provider.authField != nil, wish.apiKey == nil {
            throw .invalidParams(
                "\(wish.place).virtual_key",
                "\(name) wants a key. Put one into the vault (`wicket keys add \(name)`) and name it in "
                    + "\(wish.place).virtual_key, or give \(wish.place).api_key."
            )
        }
        // A provider that takes no key is sent none, whatever the caller brings.
        if provider.authField != nil { try wish.policy?.checkKey(AccessPolicy.ownKey, path: "\(wish.place).api_key") }
        let address = wish.customHost ?? (provider.isAddressOfKey ? "" : provider.baseURL)
        if address.isEmpty {
            throw .invalidParams(
                "options.custom_host",
                "\(name) has no address of its own: give options.custom_host, or a virtual key with a base_url.")
        }
        let base = try provider.dialect == .local ? BaseURL.inProcess : BaseURL(address, parameter: "options.custom_host")
        return Target(
            provider: provider, base: base, key: wish.apiKey.map { .inline($0) } ?? .none, model: model, path: wish.path)
    }

    /// - Parameter member: what names the provider.
    /// - Returns: the name that the provider knows the model by.
    private func permitted(_ wish: Wish, at provider: Provider, _ member: String) throws(GatewayFailure) -> String {
        let model = catalog.resolveModel(wish.model, for: provider)
        guard let policy = wish.policy else { return model }
        try policy.checkProvider(provider.id, path: "\(wish.place).\(member)")
        // A list of models is asked for without one.
        if !wish.model.isEmpty {
            try policy.checkModel(asked: wish.model, resolved: model, provider: provider.id, path: wish.modelPlace)
        }
        return model
    }

    private func known(_ name: String, _ wish: Wish) throws(GatewayFailure) -> Provider {
        if let provider = catalog.provider(name) { return provider }
        let hint = catalog.nearest(to: name).map { " Did you mean \($0)?" } ?? ""
        throw .invalidParams(
            "\(wish.place).provider",
            "No provider is called \(name).\(hint) More can be added under providers: in the configuration.")
    }
}
