// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import JSONRPC
import KeyVault
import ProviderAdapters
import WicketProtocol

/// `virtual_keys.*`: the vault's keys over the admin socket. No reply ever holds a secret.
enum VirtualKeyHandlers {
    static let all: [String: MethodHandler] = [
        VirtualKeysCreate.name: .plain(.admin) { request async throws(GatewayFailure) in try await create(request) },
        VirtualKeysList.name: .plain(.admin) { request async throws(GatewayFailure) in try list(request) },
        VirtualKeysGet.name: .plain(.admin) { request async throws(GatewayFailure) in try get(request) },
        VirtualKeysUpdate.name: .plain(.admin) { request async throws(GatewayFailure) in try await update(request) },
        VirtualKeysRotate.name: .plain(.admin) { request async throws(GatewayFailure) in try await rotate(request) },
        VirtualKeysDelete.name: .plain(.admin) { request async throws(GatewayFailure) in try await delete(request) },
    ]

    private static func create(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let shared = request.session.services.shared
        let given = try request.params(VirtualKeysCreate.Params.init(from:_:))
        let provider = try provider(given.provider, in: shared.catalog)
        let secret = try secret(request, provider.secret)
        let address = if let own = given.baseURL { own } else { try baseURL(of: provider, secret) }
        let new = NewVirtualKey(
            name: given.name, provider: provider.id, baseURL: address, secret: secret,
            models: given.models, expiresAt: given.expiresAt, note: given.note ?? "",
            rateLimits: given.rateLimits ?? Array("[]".utf8), usageLimits: given.usageLimits ?? Array("[]".utf8))
        return reply(
            try await inParams { () async throws(GatewayFailure) in try await shared.vault.create(new, by: request.peer) })
    }

    private static func list(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let page = try request.params(VirtualKeysList.Params.init(from:_:)).page
        let (shown, next) = page.of(request.session.services.shared.vault.list(), by: \.name)
        return json(VirtualKeysList.Result(virtualKeys: shown.map(description), nextCursor: next).write)
    }

    private static func get(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(VirtualKeysGet.Params.init(from:_:))
        return reply(try request.session.services.shared.vault.get(given.name))
    }

    private static func update(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(VirtualKeysUpdate.Params.init(from:_:))
        let change = VirtualKeyChange(
            baseURL: given.baseURL, models: given.models, expiresAt: given.expiresAt, note: given.note,
            rateLimits: given.rateLimits,
            usageLimits: given.usageLimits)
        let vault = request.session.services.shared.vault
        return reply(
            try await inParams { () async throws(GatewayFailure) in
                try await vault.update(given.name, change, by: request.peer)
            })
    }

    private static func rotate(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(VirtualKeysRotate.Params.init(from:_:))
        let shared = request.session.services.shared
        let vault = shared.vault
        let old = try vault.get(given.name)
        let parts = try secret(request, shared.catalog.provider(old.provider), of: old)
        return reply(
            try await inParams { () async throws(GatewayFailure) in
                try await vault.rotate(
                    given.name, secret: parts, graceSeconds: given.graceSeconds, by: request.peer)
            })
    }

    private static func delete(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(VirtualKeysDelete.Params.init(from:_:))
        try await request.session.services.shared.vault.delete(given.name, by: request.peer)
        return json(VirtualKeysDelete.Result(name: given.name).write)
    }

    // MARK: Parts

    private static func provider(_ name: String, in catalog: ProviderCatalog) throws(GatewayFailure) -> Provider {
        guard let provider = catalog.provider(name) else {
            let hint = catalog.nearest(to: name).map { "did you mean \($0)?" } ?? "add it under providers: in the configuration."
            throw .invalidParams("params.provider", "No provider is called \(name); \(hint)")
        }
        if provider.authField == nil {
            throw .invalidParams("params.provider", "\(name) takes no key: name it as options.provider.")
        }
        return provider
    }

    /// Read from the line itself into protected memory.
    private static func secret(
        _ request: RunningRequest, _ kind: SecretKind, keeping kept: [String: String] = [:]
    ) throws(GatewayFailure) -> SecretParts {
        guard let params = request.request.params, let node = request.document.find("secret", in: params) else {
            throw .invalidParams("params.secret", "`secret` is missing; it must be an object of its parts.")
        }
        return try SecretParts(request.document, node, kind, keeping: kept, parameter: "params.secret")
    }

    /// A secret that takes another's place. Parts that are no secret need not be said again, and those that the address is made
    /// of cannot change: the key is bound to it.
    private static func secret(
        _ request: RunningRequest, _ provider: Provider?, of key: VirtualKeyInfo
    ) throws(GatewayFailure) -> SecretParts {
        let kept = key.secretParts.compactMapValues { $0 }
        let secret = try secret(request, provider?.secret ?? .apiKey, keeping: kept)
        for (name, old) in kept.sorted(by: { $0.key < $1.key })
        where provider?.baseURL.contains("{\(name)}") ?? false && secret.shown[name] != old {
            throw .invalidParams(
                "params.secret.\(name)",
                "\(name) is part of the address that the key is bound to, and stays '\(old)': create another key for another.")
        }
        return secret
    }

    private static func baseURL(of provider: Provider, _ secret: SecretParts) throws(GatewayFailure) -> String {
        let (url, missing) = fill(provider.baseURL, with: secret.shown)
        if let missing {
            throw .invalidParams(
                "params.secret.\(missing)", "The address of \(provider.id) needs the part '\(missing)', or say it in base_url.")
        }
        return url
    }

    private static func reply(_ info: VirtualKeyInfo) -> [UInt8] { json(description(info).write) }

    private static func description(_ info: VirtualKeyInfo) -> VirtualKeyDescription {
        var description = VirtualKeyDescription(
            name: info.name, provider: info.provider, baseURL: info.baseURL, fingerprint: info.fingerprint,
            version: info.keyVersion,
            createdAt: info.createdAt.description, updatedAt: info.updatedAt.description)
        description.models = info.models
        description.expiresAt = info.expiresAt?.description
        description.rateLimits = info.rateLimits
        description.usageLimits = info.usageLimits
        description.note = info.note
        description.graceUntil = info.previousUntil?.description
        description.lastUsedAt = info.lastUsedAt?.description
        description.secretParts = info.secretParts
        description.owner = info.owner.map { ($0.uid, $0.user) }
        description.unreadable = info.unreadable
        return description
    }
}
