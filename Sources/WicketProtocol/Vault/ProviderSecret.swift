// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A provider's key on its way from a caller into the vault: an object of named parts. It shows itself to nobody.
package struct ProviderSecret: Sendable {
    /// The object to send. An empty one in params that were read: whoever keeps the secret takes it from the line itself, so that
    /// no other copy is made.
    private let json: [UInt8]

    /// `{"api_key": "…"}`, of a key as the provider gave it out.
    package init(apiKey: [UInt8]) {
        var json = JSONWriter()
        json.beginObject()
        json.key("api_key"); json.string(utf8: apiKey[...])
        json.endObject()
        self.json = json.bytes
    }

    /// An object of several parts, written as JSON; nil when it is none.
    package init?(parts text: [UInt8]) {
        guard let document = try? JSONDocument(text), document.kind(document.root) == .object else { return nil }
        json = Array(document.raw(document.root))
    }

    /// Longer than any provider's secret, short enough that a file given by mistake is refused.
    package static let maximumBytes = 65_536

    /// Sees that an object is there. What its parts must be depends on the provider, and is the vault's to say.
    init(in reader: ParamsReader, _ document: JSONDocument) throws(ParamsError) {
        guard let node = reader.node("secret") else { throw reader.missing("secret", "an object such as {\"api_key\": …}") }
        guard document.kind(node) == .object else { throw reader.wrong("secret", "an object such as {\"api_key\": …}") }
        json = Array("{}".utf8)
    }

    func write(to json: inout JSONWriter) {
        json.key("secret"); json.raw(self.json)
    }
}

extension ProviderSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
