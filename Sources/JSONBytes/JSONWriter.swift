// SPDX-License-Identifier: Apache-2.0

/// Writes compact JSON into bytes, one line. Commas set themselves: a separator is due unless the last byte opens something.
///
///     var json = JSONWriter()
///     json.beginObject()
///     json.key("name"); json.string("Ada")
///     json.endObject()
package struct JSONWriter: Sendable {
    package var bytes: [UInt8]
    /// Where this writer's own output begins: what stood in `bytes` before is not looked at.
    private let start: Int

    package init(reserving capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
        start = 0
    }

    /// Goes on writing behind what is already in `bytes`.
    package init(appendingTo bytes: consuming [UInt8]) {
        start = bytes.count
        self.bytes = bytes
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { bytes.append(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { bytes.append(UInt8(ascii: "]")) }

    /// A member's name that needs no escaping.
    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    // A literal means the static form, which looks for nothing to escape.
    @_disfavoredOverload
    package mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// A member's name as it was written elsewhere, quotes included.
    package mutating func key(raw name: some Collection<UInt8>) {
        raw(name)
        bytes.append(UInt8(ascii: ":"))
    }

    @_disfavoredOverload
    package mutating func string(_ text: String) {
        separate()
        var text = text
        text.withUTF8 { appendQuoted($0, to: &bytes) }
    }

    package mutating func string(_ text: StaticString) {
        separate()
        appendQuoted(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), to: &bytes)
    }

    /// A string whose text is given as UTF-8.
    package mutating func string(utf8 text: ArraySlice<UInt8>) {
        separate()
        text.withUnsafeBufferPointer { appendQuoted($0, to: &bytes) }
    }

    package mutating func int(_ value: Int) {
        separate()
        appendDecimal(value, to: &bytes)
    }

    /// A finite number in its shortest form; JSON has no others, so an infinite one or NaN becomes null.
    package mutating func double(_ value: Double) {
        separate()
        let whole = value.rounded(.towardZero)
        if value == whole, abs(value) < 1e15 { return appendDecimal(Int(whole), to: &bytes) }
        bytes.append(contentsOf: value.isFinite ? value.description.utf8 : "null".utf8)
    }

    package mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
    }

    package mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// A value that is JSON already; the caller vouches for it.
    package mutating func raw(_ value: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
    }

    package mutating func raw(_ value: StaticString) {
        separate()
        bytes.append(contentsOf: UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
    }

    private mutating func separate() {
        guard bytes.count > start, let last = bytes.last else { return }
        switch last {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), UInt8(ascii: ","): return
        default: bytes.append(UInt8(ascii: ","))
        }
    }
}

/// Appends `text` as a JSON string. Only what RFC 8259 demands is escaped: quote, backslash, control characters.
private func appendQuoted(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    var plain = 0
    for index in 0..<text.count {
        let byte = text[index]
        if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
        bytes.append(contentsOf: text[plain..<index])
        plain = index + 1
        appendEscape(byte, to: &bytes)
    }
    bytes.append(contentsOf: text[plain...])
    bytes.append(UInt8(ascii: "\""))
}

private func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
    default:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
    }
}

/// Appends a whole number's digits.
package func appendDecimal(_ value: Int, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = bytes.count
    repeat {
        bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
        rest /= 10
    } while rest > 0
    bytes[start...].reverse()
}
