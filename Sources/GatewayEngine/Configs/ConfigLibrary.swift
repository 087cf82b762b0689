// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import JSONBytes
package import Routing
import Synchronization

/// The configs that calls follow: the saved ones by name, compiled, and those that came with calls lately.
///
/// The newest version of each is in memory. A change is seen by the next call once it is durable, calls under way keep the plan
/// that they began with, and two changes of one name never overlap.
package final class ConfigLibrary: ConfigSource, Sendable {
    private struct State {
        var entries: [String: SavedConfig] = [:]
        /// Those of the configuration file, which go before saved ones of the same name.
        var fromFile: [String: SavedConfig] = [:]
        var changes = ChangeClaims()
    }
    private let state: Mutex<State>
    private let inline = Mutex(InlinePlans())
    private let storage: any ConfigStorage
    private let clock: GatewayClock

    /// Loads and compiles all. One that does not compile any more fails only itself; see `SavedConfig.plan`.
    package init(storage: any ConfigStorage, clock: GatewayClock) async throws(GatewayFailure) {
        self.storage = storage
        self.clock = clock
        var state = State()
        for row in try await storage.loadConfigs() { state.entries[row.name] = SavedConfig(row) }
        self.state = Mutex(state)
    }

    // MARK: For requests

    package func plan(named name: String) throws(GatewayFailure) -> Plan {
        guard name.isASCII, let config = state.withLock({ $0.fromFile[name] ?? $0.entries[name] }) else {
            throw unknown(name, path: "options.config")
        }
        return try config.plan.get()
    }

    package func plan(inline node: JSONNode, of document: JSONDocument, path: String) throws(GatewayFailure) -> Plan {
        let range = document.range(node)
        if range.count > InlinePlans.longestConfig { return try Plan.compile(node, of: document, path: path) }
        let (key, known) = document.bytes.withUnsafeBufferPointer { bytes in
            let json = UnsafeBufferPointer(rebasing: bytes[range])
            let key = InlinePlans.key(of: json)
            return (key, inline.withLock { $0.plan(of: json, key: key) })
        }
        if let known { return known }
        let plan = try Plan.compile(node, of: document, path: path)
        // A key lives as long as its call: neither the plan nor the bytes that say it are kept.
        if !plan.holdsSecret {
            let json = Array(document.bytes[range])
            inline.withLock { $0.keep(plan, of: json, key: key) }
        }
        return plan
    }

    // MARK: For administration

    /// All configs by name.
    package func list() -> [SavedConfig] {
        let all = state.withLock { $0.entries.merging($0.fromFile) { $1 } }
        return all.values.sorted { $0.row.name < $1.row.name }
    }

    /// - Parameter version: nil for the newest.
    package func get(_ name: String, version: Int? = nil) async throws(GatewayFailure) -> SavedConfig {
        let newest = try config(name)
        guard let version, version != newest.row.version else { return newest }
        if !newest.isFromFile, let row = try await storage.configRow(named: name, version: version) { return SavedConfig(row) }
        throw GatewayFailure(
            .notFound, "The config '\(name)' has no version \(version); the newest is \(newest.row.version).", path: "version")
    }

    /// - Returns: rows, newest first, and whether there are more behind them.
    package func versions(
        of name: String, before: Int?, limit: Int
    ) async throws(GatewayFailure) -> (rows: [ConfigRow], areMore: Bool) {
        let newest = try config(name)
        if newest.isFromFile { return (before == nil ? [newest.row] : [], false) }
        let rows = try await storage.configVersions(named: name, before: before ?? .max, limit: limit + 1)
        return (Array(rows.prefix(limit)), rows.count > limit)
    }

    /// Compiles a config and forgets it.
    /// - Returns: its warnings.
    package func check(_ json: [UInt8]) throws(GatewayFailure) -> [String] { try SavedConfig.compile(json).warnings }

    /// - Parameter json: must be one JSON value.
    /// - Throws: `conflict` when the name is taken; `invalid_params` with the path of what cannot be followed or stored.
    package func create(_ name: String, json: [UInt8], digest: String) async throws(GatewayFailure) -> SavedConfig {
        let plan = try SavedConfig.compile(json)
        try begin(name) { state throws(GatewayFailure) in
            if state.fromFile[name] != nil { throw Self.isFromFile(name) }
            if let old = state.entries[name] {
                throw GatewayFailure(
                    .conflict,
                    "A config '\(name)' exists already, in version \(old.row.version); update it, or take another name.",
                    path: "name")
            }
        }
        defer { end(name) }
        return try await store(name, version: 1, json, digest, plan)
    }

    /// Saves the next version.
    /// - Parameter expected: the version that the change was made from; another one now is a `conflict`.
    package func update(
        _ name: String, json: [UInt8], digest: String, expected: Int?
    ) async throws(GatewayFailure) -> SavedConfig {
        let plan = try SavedConfig.compile(json)
        let version = try claim(name) { (old) throws(GatewayFailure) in
            if let expected, expected != old.row.version {
                throw GatewayFailure(
                    .conflict,
                    "The config '\(name)' is in version \(old.row.version) by now, not \(expected); look at it and send the "
                        + "change again.", path: "expected_version")
            }
        }
        defer { end(name) }
        return try await store(name, version: version + 1, json, digest, plan)
    }

    /// Removes a config with all of its versions.
    package func delete(_ name: String) async throws(GatewayFailure) {
        _ = try claim(name) { _ in }
        defer { end(name) }
        try await storage.deleteConfig(named: name)
        state.withLock { _ = $0.entries.removeValue(forKey: name) }
    }

    /// Swaps the configs that stand in the configuration file.
    package func use(fromFile configs: [SavedConfig]) {
        let now = clock.wallMilliseconds()
        state.withLock { state in
            let old = state.fromFile
            state.fromFile = [:]
            for var config in configs {
                let known = old[config.row.name].flatMap { $0.row.json == config.row.json ? $0.row.createdAtMilliseconds : nil }
                config.row.createdAtMilliseconds = known ?? now
                state.fromFile[config.row.name] = config
            }
        }
    }
}

// MARK: - Parts

extension ConfigLibrary {
    private func store(
        _ name: String, version: Int, _ json: [UInt8], _ digest: String, _ plan: Plan
    ) async throws(GatewayFailure) -> SavedConfig {
        let row = ConfigRow(
            name: name, version: version, json: json, digest: digest, createdAtMilliseconds: clock.wallMilliseconds())
        try await storage.insertConfigRow(row)
        let config = SavedConfig(row, plan)
        state.withLock { $0.entries[name] = config }
        return config
    }

    private func config(_ name: String) throws(GatewayFailure) -> SavedConfig {
        guard let config = state.withLock({ $0.fromFile[name] ?? $0.entries[name] }) else { throw unknown(name) }
        return config
    }

    private func unknown(_ name: String, path: String = "name") -> GatewayFailure {
        let names = state.withLock { Array($0.entries.keys) + Array($0.fromFile.keys) }
        let near = closestName(to: name, among: names.sorted())
        let hint = near.map { "Did you mean '\($0)'?" } ?? "List those that are there: wicket configs list"
        return GatewayFailure(.notFound, "There is no config '\(name)'. \(hint)", path: path)
    }

    private static func isFromFile(_ name: String) -> GatewayFailure {
        GatewayFailure(
            .conflict, "The config '\(name)' stands under configs: in the configuration file; change it there and reload.",
            path: "name")
    }

    /// Claims a config that is there for one change.
    /// - Returns: its version.
    private func claim(
        _ name: String, _ check: (SavedConfig) throws(GatewayFailure) -> Void
    ) throws(GatewayFailure) -> Int {
        var version = try config(name).row.version
        try begin(name) { state throws(GatewayFailure) in
            if state.fromFile[name] != nil { throw Self.isFromFile(name) }
            guard let old = state.entries[name] else {
                throw GatewayFailure(.notFound, "There is no config '\(name)' any more.", path: "name")
            }
            try check(old)
            version = old.row.version
        }
        return version
    }

    private func begin(_ name: String, _ check: (borrowing State) throws(GatewayFailure) -> Void) throws(GatewayFailure) {
        let outcome = state.withLock { state in
            Result { () throws(GatewayFailure) in
                try check(state)
                try state.changes.claim(name, "the config")
            }
        }
        try outcome.get()
    }

    private func end(_ name: String) { state.withLock { $0.changes.release(name) } }
}
