// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import KeyVault
import ProviderAdapters
import WicketProtocol

/// `virtual_keys.*` and `vault.status`: the vault over the admin socket. No reply ever holds a secret.
enum VirtualKeyHandlers {
    static let all: [String: MethodHandler] = [
        "virtual_keys.create": .plain(.admin) { request async throws(GatewayFailure) in try await create(request) },
        "virtual_keys.list": .plain(.admin) { request async throws(GatewayFailure) in try list(request) },
        "virtual_keys.get": .plain(.admin) { request async throws(GatewayFailure) in try get(request) },
        "virtual_keys.update": .plain(.admin) { request async throws(GatewayFailure) in try await update(request) },
        "virtual_keys.rotate": .plain(.admin) { request async throws(GatewayFailure) in try await rotate(request) },
        "virtual_keys.delete": .plain(.admin) { request async throws(GatewayFailure) in try await delete(request) },
        "vault.status": .plain(.admin) { request async throws(GatewayFailure) in try status(request) },
    ]

    private static let fields = ["models", "expires_at", "note", "rate_limits", "usage_limits", "base_url"]

    private static func create(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let params = try request.params(known: ["name", "provider", "secret"] + fields)
        let shared = request.session.services.shared
        let secret = try secret(request, params)
        let new: NewVirtualKey
        do throws(ParamsError) {
            let name = try params.required("provider")
            guard let provider = shared.catalog.provider(name) else {
                let hint = shared.catalog.nearest(to: name).map { "did you mean \($0)?" } ?? "add it under providers: in the configuration."
                throw ParamsError("params.provider", "No provider is called \(name); \(hint)")
            }
            if provider.authField == nil {
                throw ParamsError("params.provider", "\(name) takes no key: name it as options.provider.")
            }
            new = NewVirtualKey(
                name: try params.required("name"), provider: name, baseURL: try params.string("base_url") ?? provider.baseURL,
                secret: secret, models: try params.strings("models"),
                expiresAt: try params.string("expires_at"), note: try params.string("note") ?? "",
                rateLimits: try params.raw("rate_limits", .array) ?? Array("[]".utf8),
                usageLimits: try params.raw("usage_limits", .array) ?? Array("[]".utf8))
        } catch { throw GatewayFailure(error) }
        return json(try await inParams { () async throws(GatewayFailure) in try await shared.vault.create(new) })
    }

    private static func list(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: ["limit", "cursor"])
        var json = JSONWriter()
        json.beginObject()
        json.key("virtual_keys")
        json.beginArray()
        for info in request.session.services.shared.vault.list() { write(info, to: &json) }
        json.endArray()
        json.key("next_cursor")
        json.null()
        json.endObject()
        return json.bytes
    }

    private static func get(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        json(try request.session.services.shared.vault.get(try name(try request.params(known: ["name"]))))
    }

    private static func update(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let params = try request.params(known: ["name"] + fields)
        let key = try name(params)
        var change = VirtualKeyChange()
        do throws(ParamsError) {
            change.baseURL = try params.string("base_url")
            if params.has("models") { change.models = .some(try params.strings("models")) }
            if params.has("expires_at") { change.expiresAt = .some(try params.string("expires_at")) }
            change.note = try params.string("note")
            change.rateLimits = try params.raw("rate_limits", .array)
            change.usageLimits = try params.raw("usage_limits", .array)
        } catch { throw GatewayFailure(error) }
        let vault = request.session.services.shared.vault
        let wanted = change
        return json(try await inParams { () async throws(GatewayFailure) in try await vault.update(key, wanted) })
    }

    private static func rotate(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let params = try request.params(known: ["name", "secret", "grace_s"])
        let key = try name(params)
        let grace: Int
        do throws(ParamsError) { grace = try params.int("grace_s") ?? 0 } catch { throw GatewayFailure(error) }
        let parts = try secret(request, params)
        let vault = request.session.services.shared.vault
        return json(
            try await inParams { () async throws(GatewayFailure) in try await vault.rotate(key, secret: parts, graceSeconds: grace) })
    }

    private static func delete(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let key = try name(try request.params(known: ["name"]))
        try await request.session.services.shared.vault.delete(key)
        var json = JSONWriter()
        json.beginObject()
        json.key("deleted")
        json.string(key)
        json.endObject()
        return json.bytes
    }

    private static func status(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shared = request.session.services.shared
        var json = JSONWriter()
        json.beginObject()
        json.key("state")
        json.string("unlocked")
        json.key("virtual_keys")
        json.int(shared.vault.list().count)
        json.key("master_key")
        json.beginObject()
        json.key("source")
        json.string("file")
        json.key("id")
        json.string(shared.vault.masterKeyID)
        json.key("path")
        json.string(shared.facts.masterKeyFile)
        json.endObject()
        json.key("memory_locked")
        json.bool(shared.vault.isMemoryLocked)
        json.endObject()
        return json.bytes
    }

    // MARK: Parts

    private static func name(_ params: ParamsReader) throws(GatewayFailure) -> String {
        do throws(ParamsError) { return try params.required("name") } catch { throw GatewayFailure(error) }
    }

    private static func secret(_ request: RunningRequest, _ params: ParamsReader) throws(GatewayFailure) -> SecretParts {
        guard let node = params.node("secret") else { throw GatewayFailure(params.missing("secret", "an object with api_key")) }
        return try SecretParts(request.document, node, parameter: "params.secret")
    }

    /// The vault names a field; the caller wrote it inside of params.
    private static func inParams<Value>(
        _ body: () async throws(GatewayFailure) -> Value
    ) async throws(GatewayFailure) -> Value {
        do throws(GatewayFailure) { return try await body() } catch {
            var failure = error
            failure.path = failure.path.map { $0.hasPrefix("params") ? $0 : "params." + $0 }
            throw failure
        }
    }

    private static func json(_ info: VirtualKeyInfo) -> [UInt8] {
        var json = JSONWriter()
        write(info, to: &json)
        return json.bytes
    }

    private static func write(_ info: VirtualKeyInfo, to json: inout JSONWriter) {
        json.beginObject()
        json.key("name")
        json.string(info.name)
        json.key("provider")
        json.string(info.provider)
        json.key("base_url")
        json.string(info.baseURL)
        json.key("models")
        json.strings(orNull: info.models)
        json.key("expires_at")
        json.string(orNull: info.expiresAt?.description)
        json.key("rate_limits")
        json.raw(info.rateLimits)
        json.key("usage_limits")
        json.raw(info.usageLimits)
        json.key("note")
        json.string(info.note)
        json.key("fingerprint")
        json.string(info.fingerprint)
        json.key("version")
        json.int(info.keyVersion)
        json.key("created_at")
        json.string(info.createdAt.description)
        json.key("updated_at")
        json.string(info.updatedAt.description)
        json.key("grace_until")
        json.string(orNull: info.previousUntil?.description)
        json.key("last_used_at")
        json.string(orNull: info.lastUsedAt?.description)
        json.key("unreadable")
        json.string(orNull: info.unreadable)
        json.endObject()
    }
}
