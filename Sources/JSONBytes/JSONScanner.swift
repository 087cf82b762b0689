// SPDX-License-Identifier: Apache-2.0

/// The tokens of a text: each function takes where one begins and gives where it ends. Strings are skipped sixteen bytes at a
/// time.
struct JSONScanner {
    let base: UnsafePointer<UInt8>
    let end: Int

    /// The byte at a position; 0, which is no byte of the grammar, behind the end.
    @inline(__always)
    subscript(_ position: Int) -> UInt8 { position < end ? base[position] : 0 }

    func unexpected(at position: Int) -> JSONError {
        JSONError(position < end ? .unexpectedByte : .unexpectedEnd, at: position)
    }

    @inline(__always)
    func behindSpace(_ start: Int) -> Int {
        // Most values have no white space before them.
        if start < end, base[start] > 0x20 { return start }
        return behindSpaceRun(start)
    }

    private func behindSpaceRun(_ start: Int) -> Int {
        var position = start
        while position < end {
            let byte = base[position]
            if !(byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09) { break }
            position &+= 1
        }
        return position
    }

    // MARK: Literals and numbers

    func numberOrLiteral(at start: Int) throws(JSONError) -> (kind: JSONKind, end: Int) {
        switch self[start] {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): (.number, try number(at: start))
        case UInt8(ascii: "t"): (.true, try literal("true", at: start))
        case UInt8(ascii: "f"): (.false, try literal("false", at: start))
        case UInt8(ascii: "n"): (.null, try literal("null", at: start))
        default: throw unexpected(at: start)
        }
    }

    private func literal(_ text: StaticString, at start: Int) throws(JSONError) -> Int {
        for offset in 0..<text.utf8CodeUnitCount where self[start &+ offset] != text.utf8Start[offset] {
            throw unexpected(at: start &+ offset)
        }
        return start &+ text.utf8CodeUnitCount
    }

    private func number(at start: Int) throws(JSONError) -> Int {
        var position = start
        if self[position] == UInt8(ascii: "-") { position &+= 1 }
        position = self[position] == UInt8(ascii: "0") ? position &+ 1 : try digits(at: position)
        if self[position] == UInt8(ascii: ".") { position = try digits(at: position &+ 1) }
        if self[position] | 0x20 == UInt8(ascii: "e") {
            position &+= 1
            if self[position] == UInt8(ascii: "+") || self[position] == UInt8(ascii: "-") { position &+= 1 }
            position = try digits(at: position)
        }
        return position
    }

    @inline(__always)
    private func digits(at start: Int) throws(JSONError) -> Int {
        var position = start
        while position < end, base[position] &- UInt8(ascii: "0") < 10 { position &+= 1 }
        if position == start { throw JSONError(position < end ? .invalidNumber : .unexpectedEnd, at: position) }
        return position
    }

    // MARK: Strings

    /// The first byte from `start` on that is a quote, a backslash, a control character or not ASCII.
    @inline(__always)
    func behindPlainText(_ start: Int) -> Int {
        var position = start
        if position &+ 16 <= end {
            let first = special(at: position)
            if first != 0 { return position &+ firstByte(first) }
            let second = special(at: position &+ 8)
            if second != 0 { return position &+ 8 &+ firstByte(second) }
            position &+= 16
        }
        while position &+ 16 <= end {
            let first = special(at: position)
            let second = special(at: position &+ 8)
            if first | second != 0 {
                return first != 0 ? position &+ firstByte(first) : position &+ 8 &+ firstByte(second)
            }
            position &+= 16
        }
        while position < end {
            let byte = base[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80 { break }
            position &+= 1
        }
        return position
    }

    /// Eight bytes at once: the high bit is set in each one that ends plain text. A subtraction sets it also in bytes that are
    /// not
    /// ASCII, which end plain text anyway, and its borrow can only spoil bytes behind a true match, of which the first is taken.
    @inline(__always)
    private func special(at position: Int) -> UInt64 {
        let word = UInt64(littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = (word ^ (ones &* 0x22)) &- ones
        let backslash = (word ^ (ones &* 0x5C)) &- ones
        let control = word &- (ones &* 0x20)
        return (word | quote | backslash | control) & (ones &* 0x80)
    }

    @inline(__always)
    private func firstByte(_ found: UInt64) -> Int { found.trailingZeroBitCount &>> 3 }

    @inline(__always)
    func string(at start: Int) throws(JSONError) -> (end: Int, escaped: Bool) {
        let end = behindPlainText(start &+ 1)
        return self[end] == UInt8(ascii: "\"") ? (end &+ 1, false) : try restOfString(at: end)
    }

    /// A string from its first byte that is not plain text to behind its closing quote.
    func restOfString(at start: Int) throws(JSONError) -> (end: Int, escaped: Bool) {
        var position = start
        var escaped = false
        while true {
            if position >= end { throw JSONError(.unexpectedEnd, at: end) }
            let byte = base[position]
            if byte == UInt8(ascii: "\\") {
                escaped = true
                position = try behindEscape(position)
            } else if byte == UInt8(ascii: "\"") {
                return (position &+ 1, escaped)
            } else if byte >= 0x80 {
                position = try behindMultibyte(position)
            } else {
                throw JSONError(.controlCharacter, at: position)
            }
            position = behindPlainText(position)
        }
    }

    @inline(__always)
    private func behindEscape(_ start: Int) throws(JSONError) -> Int {
        let byte = self[start &+ 1]
        if isShortEscape(byte) { return start &+ 2 }
        if byte != UInt8(ascii: "u") { throw invalidEscape(at: start &+ 1) }
        for position in start &+ 2..<start &+ 6 where hexadecimalValue(self[position]) == nil {
            throw invalidEscape(at: position)
        }
        return start &+ 6
    }

    private func invalidEscape(at position: Int) -> JSONError {
        JSONError(position < end ? .invalidEscape : .unexpectedEnd, at: position)
    }

    /// A run of characters outside ASCII, each well formed by the Unicode Standard's table 3-7.
    @inline(__always)
    private func behindMultibyte(_ start: Int) throws(JSONError) -> Int {
        var position = start
        while position < end, base[position] >= 0x80 {
            let length = wellFormedLength(base + position, end &- position)
            if length == 0 { throw JSONError(.invalidUTF8, at: position) }
            position &+= length
        }
        return position
    }
}

/// Whether this byte behind a backslash is a whole escape.
@inline(__always)
private func isShortEscape(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
        UInt8(ascii: "r"), UInt8(ascii: "t"):
        true
    default: false
    }
}

/// The value of a hexadecimal digit, or nil.
func hexadecimalValue(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &- UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte &- UInt8(ascii: "a") &+ 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte &- UInt8(ascii: "A") &+ 10)
    default: nil
    }
}

/// The length of the well-formed multi-byte UTF-8 character at `text`, or 0. Refuses overlong forms, surrogates and what lies
/// above
/// U+10FFFF (Unicode Standard, table 3-7).
@inline(__always)
private func wellFormedLength(_ text: UnsafePointer<UInt8>, _ available: Int) -> Int {
    func continues(_ index: Int) -> Bool { text[index] & 0xC0 == 0x80 }
    switch text[0] {
    case 0xC2...0xDF: return available >= 2 && continues(1) ? 2 : 0
    case 0xE0...0xEF:
        guard available >= 3, continues(1), continues(2) else { return 0 }
        if text[0] == 0xE0, text[1] < 0xA0 { return 0 }
        if text[0] == 0xED, text[1] > 0x9F { return 0 }
        return 3
    case 0xF0...0xF4:
        guard available >= 4, continues(1), continues(2), continues(3) else { return 0 }
        if text[0] == 0xF0, text[1] < 0x90 { return 0 }
        if text[0] == 0xF4, text[1] > 0x8F { return 0 }
        return 4
    default: return 0
    }
}
