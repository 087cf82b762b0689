// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Opens the vault with its passphrase; the first one sets it. Without one, the daemon looks again where its master key should
/// be.
package enum VaultUnlock: RPCMethod {
    package static let name = "vault.unlock"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Unlocks the vault with its passphrase, or looks again for its master key."

    package static let members = ["passphrase"]

    package struct Params: Sendable {
        package var passphrase: Passphrase?

        package init(passphrase: Passphrase?) { self.passphrase = passphrase }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            if let passphrase { json.key("passphrase"); json.string(utf8: passphrase.exposedBytes[...]) }
            json.endObject()
        }
    }

    package typealias Result = VaultStatus.Result
}
