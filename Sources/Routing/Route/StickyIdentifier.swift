// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// Who a request belongs to, for a sticky strategy: the named fields that it has, as `field:value` joined with `|`.
///
/// The identifier takes the place of the dice: it seeds a generator of its own, and the draw by weight goes on as ever. So the
/// same identifier gets the same child in every process and after every restart, with nothing stored. While that child's breaker
/// is open the next number decides among the others, and when it is closed again the child has its callers back. The choice lasts
/// as long as the config's weights do; `lifetimeSeconds`, which is how long Portkey remembers it at least, is thereby always kept
/// and never looked at.
///
/// Portkey puts its API key in front of the fields. There is none on a local socket; a rule none of whose fields are in the
/// request therefore draws by dice.
struct StickyIdentifier: RandomNumberGenerator {
    private var numbers: SplitMix64

    /// - Parameter salt: the strategy's path, so that one inside another does not repeat its choice.
    init?(_ rule: StickyRule, _ facts: RoutingFacts, salt: String) {
        let text = rule.identifierBytes(of: facts)
        guard !text.isEmpty else { return nil }
        // FNV-1a; the generator mixes it.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in salt.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = hash &* 0x100_0000_01B3
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        numbers = SplitMix64(seed: hash)
    }

    mutating func next() -> UInt64 { numbers.next() }
}

extension StickyRule {
    /// As Portkey writes it; nil when the request has none of the fields.
    package func identifier(of facts: RoutingFacts) -> String? {
        let text = identifierBytes(of: facts)
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    fileprivate func identifierBytes(of facts: RoutingFacts) -> [UInt8] {
        var text: [UInt8] = []
        for field in fields { facts.append(field, to: &text) }
        return text
    }
}

extension RoutingFacts {
    /// Appends `field:value`, when the request has the field.
    fileprivate func append(_ field: String, to text: inout [UInt8]) {
        guard let dot = field.firstIndex(of: ".") else { return }
        let name = String(field[field.index(after: dot)...])
        switch field[..<dot] {
        case "metadata":
            guard let metadata, let node = metadata.document.find(name, in: metadata.node) else { return }
            append(field, node, of: metadata.document, to: &text)
        case "params":
            var node = params.node
            for key in name.split(separator: ".", omittingEmptySubsequences: false) {
                guard let next = params.document.find(String(key), in: node) else { return }
                node = next
            }
            append(field, node, of: params.document, to: &text)
        case "headers":
            let name = name.lowercased()
            guard let value = headers.first(where: { $0.0 == name })?.1 else { return }
            begin(field, in: &text)
            text.append(contentsOf: value.utf8)
        default: return
        }
    }

    private func append(_ field: String, _ node: JSONNode, of document: JSONDocument, to text: inout [UInt8]) {
        guard !document.isNull(node) else { return }
        begin(field, in: &text)
        // Of a value that is no identifier the beginning has to do: this is on every such call's way.
        let raw = document.raw(node)
        if raw.count > 4096 { return text.append(contentsOf: raw.prefix(4096)) }
        text.append(contentsOf: document.textBytes(node) ?? raw)
    }

    private func begin(_ field: String, in text: inout [UInt8]) {
        if !text.isEmpty { text.append(UInt8(ascii: "|")) }
        text.append(contentsOf: field.utf8)
        text.append(UInt8(ascii: ":"))
    }
}
