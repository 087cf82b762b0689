// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Puts a new master key in the place of the present one and wraps all keys anew, while requests go on.
package enum VaultRotateMaster: RPCMethod {
    package static let name = "vault.rotate_master"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Replaces the vault's master key; requests go on."

    package static let members = ["to", "passphrase"]

    /// Where the new one is to be. The raw value is what stands on the wire.
    package enum Place: String, Sendable, CaseIterable { case file, passphrase }

    package struct Params: Sendable {
        /// nil for where the present one is.
        package var to: Place?
        package var passphrase: Passphrase?

        package init(to: Place? = nil, passphrase: Passphrase? = nil) {
            self.to = to
            self.passphrase = passphrase
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            if let to { json.key("to"); json.string(to.rawValue) }
            if let passphrase { json.key("passphrase"); json.string(utf8: passphrase.exposedBytes[...]) }
            json.endObject()
        }
    }

    package static func place(in reader: ParamsReader) throws(ParamsError) -> Place? {
        guard let text = try reader.string("to") else { return nil }
        guard let place = Place(rawValue: text) else { throw reader.wrong("to", "\"file\" or \"passphrase\"") }
        return place
    }

    package typealias Result = VaultStatus.Result
}
