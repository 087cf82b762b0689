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
    private var start: Int

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

    /// Writes one value behind what is in `bytes`, in the room that is there.
    package static func append(to bytes: inout [UInt8], _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(appendingTo: [])
        swap(&writer.bytes, &bytes)
        writer.start = writer.bytes.count
        write(&writer)
        swap(&writer.bytes, &bytes)
    }

    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    package mutating func endObject() { bytes.append(UInt8(ascii: "}")) }
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    package mutating func endArray() { bytes.append(UInt8(ascii: "]")) }

    /// A member's name that needs no escaping.
    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name.utf8)
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
        appendString(text, to: &bytes)
    }

    package mutating func string(_ text: StaticString) {
        separate()
        appendQuoted(text.utf8, to: &bytes)
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
        if value == whole, abs(value) < 0x1p53 { return appendDecimal(Int(whole), to: &bytes) }
        if value.isFinite { bytes.append(contentsOf: value.description.utf8) } else { appendNull() }
    }

    package mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" as StaticString : "false").utf8)
    }

    package mutating func null() {
        separate()
        appendNull()
    }

    /// A value that is JSON already; the caller vouches for it.
    package mutating func raw(_ value: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
    }

    package mutating func raw(_ value: StaticString) {
        separate()
        bytes.append(contentsOf: value.utf8)
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
    }

    private mutating func appendNull() { bytes.append(contentsOf: ("null" as StaticString).utf8) }

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
    var position = 0
    while position < text.count {
        let plain = unescapedEnd(text, position)
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[position..<plain]))
        if plain < text.count { appendEscape(text[plain], to: &bytes) }
        position = plain + 1
    }
    bytes.append(UInt8(ascii: "\""))
}

/// The first byte from `start` on that must be escaped; eight at a time, as in `JSONScanner.behindPlainText`, but here bytes
/// outside
/// ASCII are plain.
private func unescapedEnd(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    guard let base = text.baseAddress else { return start }
    let ones: UInt64 = 0x0101_0101_0101_0101
    var position = start
    while position &+ 8 <= text.count {
        let word = UInt64(littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
        let quote = (word ^ (ones &* 0x22)) &- ones
        let backslash = (word ^ (ones &* 0x5C)) &- ones
        let control = word &- (ones &* 0x20)
        let found = (quote | backslash | control) & ~word & (ones &* 0x80)
        if found != 0 { return position &+ found.trailingZeroBitCount &>> 3 }
        position &+= 8
    }
    while position < text.count {
        let byte = base[position]
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
        position &+= 1
    }
    return position
}

private func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    default:
        bytes.append(contentsOf: StaticString("u00").utf8)
        bytes.append(hexadecimalDigit(byte >> 4))
        bytes.append(hexadecimalDigit(byte & 15))
    }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
}

/// Appends `text` as a JSON string.
package func appendString(_ text: String, to bytes: inout [UInt8]) {
    var text = text
    text.withUTF8 { appendQuoted($0, to: &bytes) }
}

/// Appends a whole number's digits.
package func appendDecimal(_ value: Int, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    if rest < 10 { return bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
        var start = 20
        while rest > 0 {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
    }
}
