// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Reads the configuration again. When it is wrong, the old one stays in force and the error says why.
package enum SystemReload: RPCMethod {
    package static let name = "system.reload"
    package static let group = RPCGroup.lifecycle
    package static let socket = RPCSocket.admin
    package static let summary = "Reads the configuration again; a wrong one is refused and the old one stays."

    package struct Result: Sendable {
        /// nil when the daemon runs without one.
        package var configFile: String?
        /// Settings that changed and take effect at the next start only.
        package var needsRestart: [String]

        package init(configFile: String?, needsRestart: [String]) {
            self.configFile = configFile
            self.needsRestart = needsRestart
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("config_file"); json.string(orNull: configFile)
            json.key("needs_restart"); json.strings(needsRestart)
            json.endObject()
        }
    }
}
