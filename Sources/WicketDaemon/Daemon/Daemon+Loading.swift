// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayPolicy
import GatewayStore
import KeyVault
import Observability

/// What is read from the store at the start. What is wrong with it is told, and ends nothing.
extension Daemon {
    /// A vault that stays locked is told here, and to whoever names a key; all else works.
    func openVault(_ store: GatewayStore, _ directory: StateDirectory) async throws(GatewayFailure) -> KeyVault {
        let places = MasterKeyPlaces(
            MasterKeyFile(in: directory), setting: configuration.masterKeySetting,
            credentialsDirectory: context.environment["CREDENTIALS_DIRECTORY"])
        let vault = try await KeyVault(
            storage: store, places: places, clock: clock, whenOpened: Redaction.knownKeys.add)
        let condition = vault.condition
        if let reason = condition.lockedReason { logger.warning("The vault is locked", ["detail": .text(reason)]) }
        if condition.unreadable > 0 {
            logger.warning(
                "Some virtual keys cannot be opened; virtual_keys.list tells why", ["count": .integer(condition.unreadable)])
        }
        return vault
    }

    /// One that cannot be followed is told here, and to whoever names it.
    func loadConfigs(_ store: GatewayStore) async throws(GatewayFailure) -> ConfigLibrary {
        let configs = try await ConfigLibrary(storage: store, clock: clock)
        configs.use(fromFile: configuration.configs)
        for config in configs.list() {
            guard let problem = config.problem else { continue }
            logger.warning(
                "A saved config cannot be followed", ["config": .text(config.row.name), "detail": .text(problem)])
        }
        return configs
    }

    /// One that cannot be read any more refuses everything to everyone, so it is told here.
    func loadPolicies(_ store: GatewayStore) async throws(GatewayFailure) -> AccessPolicies {
        let policies = try await AccessPolicies(storage: store, accounts: context.accounts, methods: useMethods, clock: clock)
        policies.use(fromFile: configuration.policies)
        for entry in policies.list() {
            guard let problem = entry.policy.problem else { continue }
            logger.error(
                "A policy cannot be read and refuses everything",
                ["policy": .text(entry.policy.name), "detail": .text(problem)])
        }
        return policies
    }
}

extension Logger {
    func report(_ level: StoreReportLevel, _ message: String) {
        switch level {
        case .error: error("The store has trouble", ["detail": .text(message)])
        case .warning: warning("The store has trouble", ["detail": .text(message)])
        case .notice: notice("The store reports", ["detail": .text(message)])
        }
    }
}
