// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Where a config stands, and how its caller names it (`options.config`).
final class ConfigSource: Sendable {
    let document: JSONDocument
    let root: JSONNode
    let name: String

    init(_ document: JSONDocument, root: JSONNode, name: String) {
        self.document = document
        self.root = root
        self.name = name
    }

    /// `options.config.targets[0].retry`. Found again from the root, so that a config without a fault costs no paths.
    func place(of node: JSONNode) -> String {
        let start = document.range(node).lowerBound
        var place = name
        var current = root
        descent: while current != node {
            for (key, value) in document.members(of: current) where document.range(value).contains(start) {
                place += "." + shortened(document.string(key) ?? "")
                current = value
                continue descent
            }
            for (index, value) in document.elements(of: current).enumerated() where document.range(value).contains(start) {
                place += "[\(index)]"
                current = value
                continue descent
            }
            break
        }
        return place
    }
}

/// One value of a config, read as the type that it must have.
struct ConfigValue {
    let source: ConfigSource
    let node: JSONNode

    var document: JSONDocument { source.document }
    var kind: JSONKind { source.document.kind(node) }
    /// As the caller knows it.
    var place: String { source.place(of: node) }

    func fault(_ what: String) -> GatewayFailure {
        let place = place
        return .invalidParams(place, "\(place) \(what)")
    }

    func with(_ node: JSONNode) -> ConfigValue { ConfigValue(source: source, node: node) }
}

extension ConfigValue {
    func string() throws(GatewayFailure) -> String {
        guard let text = source.document.string(node), !text.isEmpty else { throw fault("must be a string that is not empty.") }
        return text
    }

    func bool() throws(GatewayFailure) -> Bool {
        guard let value = source.document.bool(node) else { throw fault("must be true or false.") }
        return value
    }

    func int(_ range: ClosedRange<Int>) throws(GatewayFailure) -> Int {
        guard let value = source.document.int(node), range.contains(value) else {
            throw fault(
                range.lowerBound == .min
                    ? "must be a whole number."
                    : range.upperBound == .max
                    ? "must be a whole number, \(range.lowerBound) or more."
                    : "must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    func number(_ range: ClosedRange<Double>, _ wanted: String) throws(GatewayFailure) -> Double {
        guard let value = source.document.double(node), range.contains(value) else { throw fault("must be \(wanted).") }
        return value
    }

    func statusCodes() throws(GatewayFailure) -> Set<Int> {
        var codes: Set<Int> = []
        for element in try elements("a list of status codes, as in [429, 503]") { codes.insert(try element.int(0...999)) }
        return codes
    }

    func elements(_ wanted: String) throws(GatewayFailure) -> LazyMapSequence<JSONElements, ConfigValue> {
        guard kind == .array else { throw fault("must be \(wanted).") }
        return source.document.elements(of: node).lazy.map(with)
    }

    /// Printable, so that it can stand in a header field.
    func secret() throws(GatewayFailure) -> SecretBytes {
        guard let text = source.document.textBytes(node), !text.isEmpty, text.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw fault("must be a string of printable ASCII without spaces.")
        }
        return text.withUnsafeBytes { SecretBytes(copying: $0) }
    }

    /// What JavaScript, and so Portkey, takes for "not said": null, false, 0 and "".
    var isFalsy: Bool {
        switch kind {
        case .null, .false: true
        case .number: source.document.double(node) == 0
        case .string: source.document.textBytes(node)?.isEmpty == true
        case .array, .object, .true: false
        }
    }

    /// An object's members, each key once.
    func members(_ wanted: String) throws(GatewayFailure) -> JSONMembers {
        guard kind == .object else { throw fault("must be \(wanted).") }
        if let key = source.document.duplicateKey(in: node) { throw duplicate(source.document.string(key) ?? "") }
        return source.document.members(of: node)
    }

    func duplicate(_ name: String) -> GatewayFailure {
        let place = "\(place).\(shortened(name))"
        return .invalidParams(place, "\(place) stands twice in the same object: keep one of the two.")
    }
}

/// An object of a config: its members by the names that it may have, without those that are null.
struct ConfigObject<Key: ConfigKey> {
    let value: ConfigValue
    private var members: [(key: Key, node: JSONNode)] = []
    /// A bit for each key: most questions are for what is not there.
    private var present: UInt64 = 0
    private var seen: UInt64 = 0
    /// Members of other names.
    private(set) var unknown: [(name: String, value: ConfigValue)] = []

    /// - Parameter example: shown when it is no object.
    init(_ value: ConfigValue, example: StaticString) throws(GatewayFailure) {
        self.value = value
        let document = value.source.document
        guard document.kind(value.node) == .object else { throw value.fault("must be an object, as in \(example).") }
        members.reserveCapacity(6)
        for (keyNode, node) in document.members(of: value.node) {
            let name = document.string(keyNode) ?? ""
            guard let key = Key.named(name) else {
                unknown.append((name, value.with(node)))
                continue
            }
            let bit: UInt64 = 1 << UInt64(key.rawValue)
            if seen & bit != 0 { throw value.duplicate(name) }
            seen |= bit
            if document.isNull(node) { continue }
            present |= bit
            members.append((key, node))
        }
        if unknown.count > 1, let key = document.duplicateKey(in: value.node) {
            throw value.duplicate(document.string(key) ?? "")
        }
    }

    subscript(_ key: Key) -> ConfigValue? {
        guard present & (1 << UInt64(key.rawValue)) != 0 else { return nil }
        return members.first { $0.key == key }.map { value.with($0.node) }
    }

    func missing(_ key: Key, _ what: String) -> GatewayFailure {
        let place = "\(value.place).\(key.name)"
        return .invalidParams(place, "\(place) is missing: \(what)")
    }
}
