// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import ProviderAdapters

/// One thing a request can be sent to: a provider at an address, with a key, and the model to ask for.
struct Target: Sendable {
    enum Key: Sendable {
        /// The provider takes none.
        case none
        /// A virtual key, by name; the vault opens it for this target's origin only.
        case vault(String)
        /// The caller's own, never stored.
        case inline(SecretBytes)
    }

    var provider: Provider
    var base: BaseURL
    var key: Key
    /// The name that the provider knows.
    var model: String
    /// Its path in the config.
    var path: String

    var virtualKey: String? {
        if case .vault(let name) = key { name } else { nil }
    }
}

/// Finds out where a call is to go. Knows the catalog and the names in the vault; opens no key.
struct TargetResolver: Sendable {
    let catalog: ProviderCatalog
    let secrets: any SecretSource

    /// - Parameter now: milliseconds since 1970; a key that has expired by then is refused.
    func resolve(_ call: GatewayCall, now: Int) throws(GatewayFailure) -> Target {
        let options = call.options
        var model = try requestedModel(call)
        if let slug = takeKeySlug(&model), options.virtualKey == nil {
            return try target(forKey: slug, options, model, now)
        }
        if let name = options.virtualKey { return try target(forKey: name, options, model, now) }
        if let provider = options.provider {
            if provider.hasPrefix("@") { return try target(forKey: String(provider.dropFirst()), options, model, now) }
            return try target(forProvider: provider, options, model)
        }
        if let keyless = keylessProvider(named: model) { return try target(forProvider: keyless, options, model) }
        throw .invalidParams(
            "options.virtual_key",
            "Nothing says which provider to ask. Name a key in options.virtual_key (`wicket keys list` shows yours), or a "
                + "provider and its api_key; `local/echo` needs neither."
        )
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

    /// `local/echo` names a provider that needs no key and has an address of its own, so nothing else has to be said.
    private func keylessProvider(named model: String) -> String? {
        guard let slash = model.firstIndex(of: "/"), let provider = catalog.provider(String(model[..<slash])),
            provider.authField == nil, !provider.baseURL.isEmpty
        else { return nil }
        return provider.id
    }

    // MARK: The target

    private func target(
        forKey name: String, _ options: CallOptions, _ model: String, _ now: Int
    ) throws(GatewayFailure) -> Target {
        let key = try secrets.virtualKey(named: name)
        if let expiry = key.expiresAtMilliseconds, expiry <= now {
            throw GatewayFailure(
                .permissionDenied, "The virtual key \(name) has expired: rotate it, or give it a later expires_at.")
        }
        if let patterns = key.models, !model.isEmpty, !patterns.contains(where: { matches(model, pattern: $0) }) {
            throw GatewayFailure(
                .permissionDenied,
                "The virtual key \(name) may not be used with the model \(model): it allows \(patterns.joined(separator: ", ")).")
        }
        if let provider = options.provider, provider != key.provider, provider != "@" + name {
            throw .invalidParams(
                "options.provider",
                "options.provider says \(provider), but the key \(name) is for \(key.provider): leave one out.")
        }
        let provider = try known(key.provider)
        var base = key.baseURL
        if let host = options.customHost {
            let custom = try BaseURL(host, parameter: "options.custom_host")
            if custom.origin != base.origin {
                throw GatewayFailure(
                    .permissionDenied,
                    "The key \(name) is bound to \(base.origin) and is not sent to \(custom.origin): add a key with that "
                        + "base_url."
                )
            }
            base = custom
        }
        return Target(
            provider: provider, base: base, key: .vault(name), model: catalog.resolveModel(model, for: provider), path: "config")
    }

    private func target(
        forProvider name: String, _ options: CallOptions, _ model: String
    ) throws(GatewayFailure) -> Target {
        let provider = try known(name)
        if provider.authField != nil, options.apiKey == nil {
            throw .invalidParams(
                "options.virtual_key",
                "\(name) wants a key. Put one into the vault (`wicket keys add \(name)`) and name it in options.virtual_key, or "
                    + "give options.api_key."
            )
        }
        let address = options.customHost ?? provider.baseURL
        if address.isEmpty {
            throw .invalidParams(
                "options.custom_host",
                "\(name) has no address of its own: give options.custom_host, or a virtual key with a base_url.")
        }
        let base = try provider.dialect == .local ? BaseURL.inProcess : BaseURL(address, parameter: "options.custom_host")
        return Target(
            provider: provider, base: base, key: options.apiKey.map { .inline($0) } ?? .none,
            model: catalog.resolveModel(model, for: provider), path: "config")
    }

    private func known(_ name: String) throws(GatewayFailure) -> Provider {
        if let provider = catalog.provider(name) { return provider }
        let hint = catalog.nearest(to: name).map { " Did you mean \($0)?" } ?? ""
        throw .invalidParams(
            "options.provider", "No provider is called \(name).\(hint) More can be added under providers: in the configuration.")
    }
}

/// Whether a model's name fits an allow-list's pattern, in which `*` stands for anything.
func matches(_ name: String, pattern: String) -> Bool {
    var name = Substring(name)
    var pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)[...]
    guard let head = pieces.popFirst(), name.hasPrefix(head) else { return false }
    if pieces.isEmpty { return name == head }
    name = name.dropFirst(head.count)
    guard let tail = pieces.popLast() else { return false }
    for piece in pieces where !piece.isEmpty {
        guard let range = name.range(ofFirst: piece) else { return false }
        name = name[range.upperBound...]
    }
    return name.count >= tail.count && name.hasSuffix(tail)
}

extension Substring {
    /// Where `text` occurs first.
    fileprivate func range(ofFirst text: Substring) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
