// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import JSONBytes

extension Plan {
    /// Compiles a config.
    /// - Parameter path: how the caller names the config, for errors (`options.config`).
    /// - Throws: `invalid_params` with the path of the first fault (`options.config.strategy.conditions[1].query.$foo`).
    package static func compile(
        _ node: JSONNode, of document: JSONDocument, path: String
    ) throws(GatewayFailure) -> Plan {
        throw .invalidParams(path, "Configs are not compiled yet.")
    }
}
