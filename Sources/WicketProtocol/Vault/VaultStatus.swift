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
        /// Tells two master keys apart.
        package var masterKeyID: String?
        /// Whether keys in memory are kept from being swapped out.
        package var isMemoryLocked: Bool

        package init(isUnlocked: Bool, virtualKeys: Int, masterKeyID: String?, masterKeyPath: String?, isMemoryLocked: Bool) {
            self.isUnlocked = isUnlocked
            self.virtualKeys = virtualKeys
            self.masterKeyID = masterKeyID
            self.masterKeyPath = masterKeyPath
            self.isMemoryLocked = isMemoryLocked
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("state"); json.string(VaultStatus.state(unlocked: isUnlocked))
            json.key("virtual_keys"); json.int(virtualKeys)
            json.key("master_key")
            json.beginObject()
            json.key("source"); json.string(masterKeyPath == nil ? "none" : "file")
            json.key("id"); json.string(orNull: masterKeyID)
            json.key("path"); json.string(orNull: masterKeyPath)
            json.endObject()
            json.key("memory_locked"); json.bool(isMemoryLocked)
            json.endObject()
        }
    }

    static func state(unlocked: Bool) -> String { unlocked ? "unlocked" : "locked" }
}
