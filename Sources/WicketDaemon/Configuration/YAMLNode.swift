// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A value of a YAML file and where it stands.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        /// `plain` is text without quotes: only that can mean a number, a truth value or nothing.
        case scalar(String, plain: Bool)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
    }
    var content: Content
    var mark: SourceMark

    /// `key:` with nothing behind it, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let text, plain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// The text of a scalar, whatever it could also mean: `provider: no` is the name "no".
    var text: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    var flag: Bool? {
        guard case .scalar(let text, plain: true) = content else { return nil }
        return text == "true" ? true : text == "false" ? false : nil
    }

    var integer: Int? {
        guard case .scalar(let text, plain: true) = content, isJSONNumber(text) else { return nil }
        return Int(text)
    }

    /// What it is, for a message.
    var kind: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let text, _): isNull ? "nothing" : quoted(text)
        }
    }

    /// Writes the value as JSON; plain scalars mean what the same text means in JSON, and are strings otherwise.
    func write(to json: inout JSONWriter) {
        switch content {
        case .sequence(let elements):
            json.beginArray()
            for element in elements { element.write(to: &json) }
            json.endArray()
        case .mapping(let entries):
            json.beginObject()
            for entry in entries {
                json.key(entry.name)
                entry.value.write(to: &json)
            }
            json.endObject()
        case .scalar(let text, let plain):
            if isNull { return json.null() }
            if let flag { return json.bool(flag) }
            if plain, isJSONNumber(text) { return json.raw(text.utf8) }
            json.string(text)
        }
    }
}

/// One `name: value` of a mapping.
struct YAMLEntry: Sendable {
    var name: String
    var mark: SourceMark
    var value: YAMLNode
}

/// Whether the text is a number by JSON's grammar (no leading zeros, no `1_000`, no `0x`): all that counts as one here.
func isJSONNumber(_ text: String) -> Bool {
    var rest = text.utf8[...]
    func digits() -> Int {
        let before = rest.count
        rest = rest.drop { $0 >= 0x30 && $0 <= 0x39 }
        return before - rest.count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let leadingZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    if whole == 0 || (leadingZero && whole > 1) { return false }
    if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        if digits() == 0 { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        if digits() == 0 { return false }
    }
    return rest.isEmpty
}
