// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Whether provider keys can be read, and where the master key that opens them is.
package enum VaultStatus: RPCMethod {
    package static let name = "vault.status"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Tells whether the vault is unlocked, and what holds its master key."

    package struct Result: Sendable {
        package var isUnlocked: Bool
        /// How many there are.
        package var virtualKeys: Int
        /// The file that holds the master key; nil when none was given.
        package var masterKeyPath: String?
        /// RFC 3339, UTC.
        package var masterKeyCreatedAt: String?

        package init(isUnlocked: Bool, virtualKeys: Int, masterKeyPath: String?, masterKeyCreatedAt: String?) {
            self.isUnlocked = isUnlocked
            self.virtualKeys = virtualKeys
            self.masterKeyPath = masterKeyPath
            self.masterKeyCreatedAt = masterKeyCreatedAt
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("state"); json.string(VaultStatus.state(unlocked: isUnlocked))
            json.key("virtual_keys"); json.int(virtualKeys)
            json.key("master_key")
            json.beginObject()
            json.key("source"); json.string(masterKeyPath == nil ? "none" : "file")
            json.key("path"); json.string(orNull: masterKeyPath)
            json.key("created_at"); json.string(orNull: masterKeyCreatedAt)
            json.endObject()
            json.endObject()
        }
    }

    static func state(unlocked: Bool) -> String { unlocked ? "unlocked" : "locked" }
}
