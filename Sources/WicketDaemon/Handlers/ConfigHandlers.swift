// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import WicketProtocol

/// `configs.*`: the saved routing configs over the admin socket.
enum ConfigHandlers {
    static let all: [String: MethodHandler] = [
        ConfigsCreate.name: .plain(.admin) { request async throws(GatewayFailure) in try await create(request) },
        ConfigsList.name: .plain(.admin) { request async throws(GatewayFailure) in try list(request) },
        ConfigsGet.name: .plain(.admin) { request async throws(GatewayFailure) in try await get(request) },
        ConfigsUpdate.name: .plain(.admin) { request async throws(GatewayFailure) in try await update(request) },
        ConfigsDelete.name: .plain(.admin) { request async throws(GatewayFailure) in try await delete(request) },
        ConfigsVersionsList.name: .plain(.admin) { request async throws(GatewayFailure) in try await versions(request) },
        ConfigsCheck.name: .plain(.admin) { request async throws(GatewayFailure) in try check(request) },
    ]

    private static func create(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(ConfigsCreate.Params.init(from:_:))
        let library = request.session.services.shared.configs
        return reply(
            try await inParams { () async throws(GatewayFailure) in
                try await library.create(given.name, json: given.config, digest: configDigest(given.config))
            })
    }

    private static func update(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(ConfigsUpdate.Params.init(from:_:))
        let library = request.session.services.shared.configs
        return reply(
            try await inParams { () async throws(GatewayFailure) in
                try await library.update(
                    given.name, json: given.config, digest: configDigest(given.config), expected: given.expectedVersion)
            })
    }

    private static func list(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let page = try request.params(ConfigsList.Params.init(from:_:)).page
        let (shown, next) = page.of(request.session.services.shared.configs.list(), by: \.row.name)
        return json(ConfigsList.Result(configs: shown.map(description), nextCursor: next).write)
    }

    private static func get(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(ConfigsGet.Params.init(from:_:))
        let library = request.session.services.shared.configs
        let config = try await inParams { () async throws(GatewayFailure) in
            try await library.get(given.name, version: given.version)
        }
        return json(ConfigsGet.Result(description(config), warnings: config.warnings, config: config.row.json).write)
    }

    private static func delete(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(ConfigsDelete.Params.init(from:_:))
        let library = request.session.services.shared.configs
        try await inParams { () async throws(GatewayFailure) in try await library.delete(given.name) }
        return json(ConfigsDelete.Result(name: given.name).write)
    }

    private static func versions(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(ConfigsVersionsList.Params.init(from:_:))
        var before: Int?
        if let cursor = given.page.cursor {
            guard let version = Int(cursor) else {
                throw .wrongCursor("params.cursor")
            }
            before = version
        }
        let library = request.session.services.shared.configs
        let (rows, areMore) = try await library.versions(of: given.name, before: before, limit: given.page.limit)
        let versions = rows.map {
            ConfigsVersionsList.Version(version: $0.version, digest: $0.digest, createdAt: time($0.createdAtMilliseconds))
        }
        let cursor = areMore ? rows.last.map { String($0.version) } : nil
        return json(ConfigsVersionsList.Result(versions: versions, nextCursor: cursor).write)
    }

    private static func check(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(ConfigsCheck.Params.init(from:_:))
        let warnings = try request.session.services.shared.configs.check(given.config)
        return json(ConfigsCheck.Result(digest: configDigest(given.config), warnings: warnings).write)
    }

    // MARK: Parts

    private static func reply(_ config: SavedConfig) -> [UInt8] {
        json(
            ConfigsCreate.Result(
                name: config.row.name, version: config.row.version, digest: config.row.digest, warnings: config.warnings
            ).write)
    }

    private static func description(_ config: SavedConfig) -> ConfigDescription {
        ConfigDescription(
            name: config.row.name, version: config.row.version, digest: config.row.digest,
            createdAt: time(config.row.createdAtMilliseconds), isFromFile: config.isFromFile, problem: config.problem)
    }

    private static func time(_ milliseconds: Int) -> String { Timestamp(milliseconds: milliseconds).description }
}
