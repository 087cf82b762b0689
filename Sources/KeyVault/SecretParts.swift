// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
package import GatewayModel
package import JSONBytes
package import ProviderAdapters

/// A virtual key's secret as it is sealed: a JSON object of named parts, in protected memory.
///
/// The form is canonical (parts by name, no space, no alias), so equal secrets have equal bytes.
package struct SecretParts: Sendable {
    /// Bounds a Vertex service account's file several times over.
    static let maximumSize = 65_536
    let canonical: SecretBytes
    /// Those that are no secret: where the key is for.
    package let shown: [String: String]

    /// Takes the object that `node` is.
    /// - Parameter kept: parts that are no secret and stay as they are where the object does not name them.
    /// - Throws: `invalid_params` that names the part, and never quotes it.
    package init(
        _ document: JSONDocument, _ node: JSONNode, _ kind: SecretKind = .apiKey, keeping kept: [String: String] = [:],
        parameter: String = "secret"
    ) throws(GatewayFailure) {
        (canonical, shown) = try withoutTraces { () throws(GatewayFailure) in
            let reader = SecretReader(document: document, node: node, parameter: parameter)
            let parts = try reader.parts(kind, keeping: kept)
            let size = parts.reduce(2) { $0 + $1.name.utf8.count + $1.json.count + 4 }
            let canonical = SecretBytes.locked(capacity: size) { room in
                var writer = RawWriter(room)
                writer.append("{".utf8)
                for (index, part) in parts.enumerated() {
                    writer.append((index == 0 ? "\"" : ",\"").utf8)
                    writer.append(part.name.utf8)
                    writer.append("\":".utf8)
                    writer.append(part.json)
                }
                writer.append("}".utf8)
                return writer.count
            }
            guard let canonical else { throw GatewayFailure(.internalError, "There is no memory for a key.") }
            return (canonical, parts.reduce(into: [:]) { $0[$1.name] = $1.shown })
        }
    }
}

/// What requests and listings need of a secret that was opened.
struct OpenedParts {
    /// In protected memory; nil where the secret has other parts instead.
    var apiKey: SecretBytes?
    /// By name; nil for those that are secret.
    var values: [String: String?] = [:]

    /// Reads the canonical form; nil when it is not one. Copies are made: call it without traces.
    init?(_ canonical: UnsafeRawBufferPointer) {
        guard let document = try? JSONDocument(Array(canonical)), document.kind(document.root) == .object else { return nil }
        for member in document.members(of: document.root) {
            guard let name = document.string(member.key) else { return nil }
            values[name] = .some(SecretKind.isShown(name) ? document.string(member.value) : nil)
            guard name == "api_key" else { continue }
            guard let text = document.textBytes(member.value) else { return nil }
            let key = SecretBytes.locked(capacity: text.count) { room in
                room.copyBytes(from: text)
                return text.count
            }
            guard let key else { return nil }
            apiKey = key
        }
        if values.isEmpty { return nil }
    }
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
