// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The vault's passphrase on its way from a person to the daemon. It shows itself to nobody; a copy of its bytes has to be asked
/// for.
package struct Passphrase: Sendable {
    /// UTF-8, as it was typed.
    package let exposedBytes: [UInt8]

    package init(_ bytes: [UInt8]) { exposedBytes = bytes }

    /// The member of params that it stands in, which must be a string. No message quotes what stood there.
    package static func node(in reader: ParamsReader, _ document: JSONDocument) throws(ParamsError) -> JSONNode? {
        guard let node = reader.node("passphrase") else { return nil }
        if document.kind(node) != .string { throw reader.wrong("passphrase", "a string") }
        return node
    }
}

extension Passphrase: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<passphrase>" }
    package var debugDescription: String { "<passphrase>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
