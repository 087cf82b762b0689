// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
package import GatewayModel
import Glibc
package import JSONBytes

/// A virtual key's secret as it is sealed: a JSON object of named parts, of which `api_key` is the one that every provider so far
/// takes.
///
/// The form is canonical (`api_key` first, then the others by name, no space), so equal secrets have equal bytes, and the API key
/// is found without parsing. Parts that the vault does not know are kept as they were written.
package struct SecretParts: Sendable {
    /// Bounds a Vertex service account's file several times over.
    static let maximumSize = 65_536
    let canonical: SecretBytes

    /// Takes the object that `node` is.
    /// - Throws: `invalid_params` that names the part, and never quotes it.
    package init(_ document: JSONDocument, _ node: JSONNode, parameter: String = "secret") throws(GatewayFailure) {
        guard document.kind(node) == .object else {
            throw .invalidParams(parameter, #"A secret is an object of its parts, as in {"api_key": "…"}."#)
        }
        if let key = document.duplicateKey(in: node) {
            throw .invalidParams(parameter, "A secret has each part once; '\(document.string(key) ?? "")' is there twice.")
        }
        guard let key = document.find("api_key", in: node) else {
            throw .invalidParams("\(parameter).api_key", "The secret needs the part 'api_key'.")
        }
        guard let text = document.textBytes(key), !text.isEmpty, text.allSatisfy(isKeyCharacter) else {
            throw .invalidParams(
                "\(parameter).api_key",
                "An API key is a string of visible ASCII characters without quotes and spaces; look for a stray line end.")
        }
        guard document.range(node).count <= Self.maximumSize else {
            throw .invalidParams(parameter, "A secret has at most \(Self.maximumSize) bytes.")
        }
        let others = document.members(of: node).filter { document.string($0.key) != "api_key" }
            .sorted { (document.string($0.key) ?? "") < (document.string($1.key) ?? "") }
        // The canonical form is never longer than what was written.
        canonical = SecretBytes(capacity: document.range(node).count) { room in
            var writer = RawWriter(room)
            writer.append(UnsafeBufferPointer(start: Self.head.utf8Start, count: Self.head.utf8CodeUnitCount))
            writer.append(text)
            writer.append("\"".utf8)
            for member in others {
                writer.append(",".utf8)
                writer.append(document.raw(member.key))
                writer.append(":".utf8)
                writer.append(document.raw(member.value))
            }
            writer.append("}".utf8)
            return writer.count
        }
    }

    private static var head: StaticString { #"{"api_key":""# }

    /// The API key in a canonical form that was opened; nil when it is not one. Runs for each request, hence libc's search.
    static func apiKey(in canonical: UnsafeRawBufferPointer) -> SecretBytes? {
        let start = head.utf8CodeUnitCount
        guard let base = canonical.baseAddress, canonical.count > start, memcmp(base, head.utf8Start, start) == 0,
            let quote = memchr(base + start, Int32(UInt8(ascii: "\"")), canonical.count - start)
        else { return nil }
        return SecretBytes(copying: UnsafeRawBufferPointer(start: base + start, count: UnsafeRawPointer(quote) - (base + start)))
    }
}

/// Visible ASCII that needs no escape in JSON: what a header field can carry and the canonical form can hold as it is.
private func isKeyCharacter(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// Fills a buffer from its start; what does not fit is left out.
private struct RawWriter {
    private let room: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ room: UnsafeMutableRawBufferPointer) { self.room = room }

    mutating func append(_ bytes: some Sequence<UInt8>) {
        for byte in bytes where count < room.count {
            room[count] = byte
            count += 1
        }
    }
}
