// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Whether provider keys can be read, and where the master key that opens them is.
package enum VaultStatus: RPCMethod {
    package static let name = "vault.status"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Tells whether the vault is unlocked, and what holds its master key."

    /// The raw value is what stands on the wire.
    package enum Wait: String, Sendable, CaseIterable {
        case passphrase
        /// The first one, which sets it.
        case newPassphrase = "new_passphrase"
        /// A file or a credential that has to be put where it belongs.
        case masterKey = "master_key"
    }

    package struct Result: Sendable {
        /// Why it is locked and what to do; nil when it is unlocked.
        package var lockedReason: String?
        /// What would unlock it; nil when it is unlocked.
        package var waitsFor: Wait?
        /// How many there are.
        package var virtualKeys: Int
        /// How many of them can be opened; none while the vault is locked.
        package var readableKeys: Int
        /// How many cannot although the vault is unlocked; each says why.
        package var unreadableKeys: Int
        /// Of the envelope that secrets are sealed in.
        package var format: Int
        /// `credential`, `file` or `passphrase`; nil while the vault is locked.
        package var masterKeySource: String?
        /// Tells two master keys apart.
        package var masterKeyID: String?
        /// The file or the credential; nil for a passphrase.
        package var masterKeyPath: String?
        /// How far the memory protects that keys lie in: `memfd_secret`, `mlock` or `unlocked`.
        package var memory: String

        package init(
            lockedReason: String? = nil, waitsFor: Wait? = nil, virtualKeys: Int, readableKeys: Int, unreadableKeys: Int = 0,
            format: Int, masterKeySource: String?, masterKeyID: String?, masterKeyPath: String?, memory: String
        ) {
            self.lockedReason = lockedReason
            self.waitsFor = waitsFor
            self.virtualKeys = virtualKeys
            self.readableKeys = readableKeys
            self.unreadableKeys = unreadableKeys
            self.format = format
            self.masterKeySource = masterKeySource
            self.masterKeyID = masterKeyID
            self.masterKeyPath = masterKeyPath
            self.memory = memory
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("state"); json.string(VaultStatus.state(unlocked: lockedReason == nil))
            json.key("reason"); json.string(orNull: lockedReason)
            json.key("waits_for"); json.string(orNull: waitsFor?.rawValue)
            json.key("virtual_keys"); json.int(virtualKeys)
            json.key("readable_keys"); json.int(readableKeys)
            json.key("unreadable_keys"); json.int(unreadableKeys)
            json.key("format"); json.int(format)
            json.key("master_key")
            json.beginObject()
            json.key("source"); json.string(masterKeySource ?? "none")
            json.key("id"); json.string(orNull: masterKeyID)
            json.key("path"); json.string(orNull: masterKeyPath)
            json.endObject()
            json.key("memory"); json.string(memory)
            json.endObject()
        }
    }

    static func state(unlocked: Bool) -> String { unlocked ? "unlocked" : "locked" }
}
