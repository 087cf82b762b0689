// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import JSONBytes
package import Routing

/// Configs as a call names them: compiled, and shared by all calls that follow them.
package protocol ConfigSource: Sendable {
    /// The plan of a saved config, in its newest version.
    /// - Throws: `not_found` with the name that was probably meant, or why the stored config cannot be followed any more.
    func plan(named name: String) throws(GatewayFailure) -> Plan

    /// The plan of a config that a call carries itself, from the cache where the same bytes came before.
    /// - Parameter path: how the caller names it, for errors (`options.config`).
    /// - Throws: `invalid_params` with the path of the first fault.
    func plan(inline node: JSONNode, of document: JSONDocument, path: String) throws(GatewayFailure) -> Plan
}

/// Where saved configs are kept, every version of them.
///
/// Each change is durable when the call returns, or has not happened when it throws.
package protocol ConfigStorage: Sendable {
    /// The newest version of each.
    func loadConfigs() async throws(GatewayFailure) -> [ConfigRow]
    /// - Throws: `conflict` when that version is there already.
    func insertConfigRow(_ row: ConfigRow) async throws(GatewayFailure)
    /// - Returns: nil when there is no such version.
    func configRow(named name: String, version: Int) async throws(GatewayFailure) -> ConfigRow?
    /// Versions, newest first.
    /// - Parameter before: only those with a smaller number.
    func configVersions(named name: String, before: Int, limit: Int) async throws(GatewayFailure) -> [ConfigRow]
    /// Removes all versions.
    func deleteConfig(named name: String) async throws(GatewayFailure)
}

/// One version of a saved config as it is stored.
package struct ConfigRow: Sendable, Equatable {
    package var name: String
    /// 1 for the first, one more at each update.
    package var version: Int
    /// The config byte for byte as it was given.
    package var json: [UInt8]
    /// SHA-256 of `json`, in hexadecimal.
    package var digest: String
    /// Milliseconds since 1970, UTC.
    package var createdAtMilliseconds: Int

    package init(name: String, version: Int, json: [UInt8], digest: String, createdAtMilliseconds: Int) {
        self.name = name
        self.version = version
        self.json = json
        self.digest = digest
        self.createdAtMilliseconds = createdAtMilliseconds
    }
}
