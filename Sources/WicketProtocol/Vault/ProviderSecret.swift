// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A provider's key on its way from a caller into the vault. It shows itself to nobody; a copy of its bytes has to be asked for.
package struct ProviderSecret: Sendable {
    /// UTF-8, as the provider gave it out.
    package let exposedBytes: [UInt8]

    package init(_ bytes: [UInt8]) { exposedBytes = bytes }

    /// Longer than any provider's key, short enough that a file given by mistake is refused.
    package static let maximumBytes = 16_384

    /// Reads `{"api_key": "…"}`. No message quotes what stood there.
    init(in reader: ParamsReader, _ document: JSONDocument) throws(ParamsError) {
        let secret = try reader.object("secret", known: ["api_key"])
        guard let node = secret.node("api_key") else { throw secret.missing("api_key", "the provider's key, a string") }
        guard let text = document.textBytes(node), !text.isEmpty, text.count <= Self.maximumBytes else {
            throw secret.wrong("api_key", "a string of 1 to \(Self.maximumBytes) bytes")
        }
        // A line break or another control character would end or split the header field that the key is sent in.
        if text.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw secret.wrong("api_key", "a string without line breaks and other control characters")
        }
        self.init(Array(text))
    }

    func write(to json: inout JSONWriter) {
        json.key("secret")
        json.beginObject()
        json.key("api_key"); json.string(utf8: exposedBytes[...])
        json.endObject()
    }
}

extension ProviderSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
