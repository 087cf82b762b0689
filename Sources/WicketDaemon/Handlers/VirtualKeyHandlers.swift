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
        let new = NewVirtualKey(
            name: given.name, provider: provider.id, baseURL: given.baseURL ?? provider.baseURL, secret: try secret(request),
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
        let parts = try secret(request)
        let vault = request.session.services.shared.vault
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

    /// Read from the line itself into memory that is wiped.
    private static func secret(_ request: RunningRequest) throws(GatewayFailure) -> SecretParts {
        guard let params = request.request.params, let node = request.document.find("secret", in: params) else {
            throw .invalidParams("params.secret", "`secret` is missing; it must be an object with api_key.")
        }
        return try SecretParts(request.document, node, parameter: "params.secret")
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
        description.unreadable = info.unreadable
        return description
    }
}
