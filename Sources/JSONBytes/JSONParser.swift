// SPDX-License-Identifier: Apache-2.0

/// One pass over the text that checks all of RFC 8259 and lays the tape. Iterative: the nesting of the text never becomes the
/// nesting of calls. Strings are skipped eight bytes at a time; nothing is allocated for a value but its place on the tape.
struct JSONParser: ~Copyable {
    private let base: UnsafePointer<UInt8>
    private let end: Int
    private let maximumDepth: Int
    private var position = 0
    private var depth = 0
    /// Tape position of the innermost open container, or -1.
    private var container: Int32 = -1
    private var tape: ContiguousArray<TapeEntry>

    /// - Parameter tape: storage to lay the tape in; what is in it is forgotten, its room is used again.
    static func tape(
        of text: UnsafeBufferPointer<UInt8>, maximumDepth: Int, reusing tape: consuming ContiguousArray<TapeEntry>
    ) throws(JSONError) -> ContiguousArray<TapeEntry> {
        guard let base = text.baseAddress, text.count > 0 else { throw JSONError(.unexpectedEnd, at: 0) }
        if text.count > Int(Int32.max) { throw JSONError(.tooLarge, at: Int(Int32.max)) }
        var parser = JSONParser(base: base, end: text.count, maximumDepth: maximumDepth, tape: consume tape)
        try parser.parse()
        return parser.finish()
    }

    private init(
        base: UnsafePointer<UInt8>, end: Int, maximumDepth: Int, tape: consuming ContiguousArray<TapeEntry>
    ) {
        self.base = base
        self.end = end
        self.maximumDepth = maximumDepth
        self.tape = consume tape
        self.tape.removeAll(keepingCapacity: true)
        self.tape.reserveCapacity(min(64, end / 8 + 4))
    }

    private consuming func finish() -> ContiguousArray<TapeEntry> { tape }

    /// What the grammar allows at the present position.
    private enum Expectation { case value, firstKeyOrEnd, key, firstValueOrEnd, commaOrEnd }

    private mutating func parse() throws(JSONError) {
        var expectation = Expectation.value
        while true {
            skipSpace()
            switch expectation {
            case .value: expectation = try value()
            case .firstKeyOrEnd: expectation = current == UInt8(ascii: "}") ? close() : try key()
            case .key: expectation = try key()
            case .firstValueOrEnd: expectation = current == UInt8(ascii: "]") ? close() : try value()
            case .commaOrEnd:
                if container < 0 {
                    if position < end { throw JSONError(.trailingBytes, at: position) }
                    return
                }
                expectation = try commaOrEnd()
            }
        }
    }

    /// The byte at the present position; 0, which is no byte of the grammar, at the end.
    private var current: UInt8 { position < end ? base[position] : 0 }

    private mutating func skipSpace() {
        while position < end {
            let byte = base[position]
            if byte > 0x20 || !(byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09) { return }
            position &+= 1
        }
    }

    private mutating func commaOrEnd() throws(JSONError) -> Expectation {
        let isObject = tape[Int(container)].kind == .object
        switch current {
        case UInt8(ascii: ","):
            position &+= 1
            return isObject ? .key : .value
        case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject: return close()
        default: throw unexpected()
        }
    }

    private mutating func key() throws(JSONError) -> Expectation {
        if current != UInt8(ascii: "\"") { throw unexpected() }
        try string()
        skipSpace()
        if current != UInt8(ascii: ":") { throw unexpected() }
        position &+= 1
        return .value
    }

    private mutating func value() throws(JSONError) -> Expectation {
        switch current {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"):
            try open(.object)
            return .firstKeyOrEnd
        case UInt8(ascii: "["):
            try open(.array)
            return .firstValueOrEnd
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"): try literal("true", .true)
        case UInt8(ascii: "f"): try literal("false", .false)
        case UInt8(ascii: "n"): try literal("null", .null)
        default: throw unexpected()
        }
        return .commaOrEnd
    }

    private func unexpected() -> JSONError {
        JSONError(position < end ? .unexpectedByte : .unexpectedEnd, at: position)
    }

    // MARK: Containers

    private mutating func open(_ kind: JSONKind) throws(JSONError) {
        if depth == maximumDepth { throw JSONError(.tooDeep, at: position) }
        depth &+= 1
        let own = Int32(truncatingIfNeeded: tape.count)
        tape.append(
            TapeEntry(start: UInt32(truncatingIfNeeded: position), end: 0, next: container, kind: kind, escaped: false))
        container = own
        position &+= 1
    }

    private mutating func close() -> Expectation {
        position &+= 1
        depth &-= 1
        let own = Int(container)
        container = tape[own].next
        tape[own].end = UInt32(truncatingIfNeeded: position)
        tape[own].next = Int32(truncatingIfNeeded: tape.count)
        return .commaOrEnd
    }

    // MARK: Scalars

    private mutating func append(from start: Int, _ kind: JSONKind, escaped: Bool = false) {
        tape.append(
            TapeEntry(
                start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: position),
                next: Int32(truncatingIfNeeded: tape.count &+ 1), kind: kind, escaped: escaped))
    }

    private mutating func literal(_ text: StaticString, _ kind: JSONKind) throws(JSONError) {
        let start = position
        for offset in 0..<text.utf8CodeUnitCount {
            if current != text.utf8Start[offset] { throw unexpected() }
            position &+= 1
        }
        append(from: start, kind)
    }

    private mutating func number() throws(JSONError) {
        let start = position
        if current == UInt8(ascii: "-") { position &+= 1 }
        if current == UInt8(ascii: "0") { position &+= 1 } else { try digits() }
        if current == UInt8(ascii: ".") {
            position &+= 1
            try digits()
        }
        if current | 0x20 == UInt8(ascii: "e") {
            position &+= 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position &+= 1 }
            try digits()
        }
        append(from: start, .number)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while position < end, base[position] &- UInt8(ascii: "0") < 10 { position &+= 1 }
        if position == start { throw JSONError(position < end ? .invalidNumber : .unexpectedEnd, at: position) }
    }

    private mutating func string() throws(JSONError) {
        let start = position
        var escaped = false
        position &+= 1
        while true {
            skipPlainText()
            if position >= end { throw JSONError(.unexpectedEnd, at: end) }
            switch base[position] {
            case UInt8(ascii: "\""):
                position &+= 1
                return append(from: start, .string, escaped: escaped)
            case UInt8(ascii: "\\"):
                escaped = true
                try escape()
            case 0..<0x20: throw JSONError(.controlCharacter, at: position)
            case 0x80...: try multibyte()
            default: position &+= 1
            }
        }
    }

    /// Moves to the next byte that is a quote, a backslash, a control character or not ASCII. Each test sets the high bit of a
    /// byte that matches; a borrow can only spoil bytes above a true match, and the lowest one is taken.
    private mutating func skipPlainText() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while position &+ 8 <= end {
            let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let found =
                (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- (ones &* 0x20)) & ~word) | word)
                & highs
            if found != 0 {
                position &+= UInt64(littleEndian: found).trailingZeroBitCount &>> 3
                return
            }
            position &+= 8
        }
        while position < end {
            let byte = base[position]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { return }
            position &+= 1
        }
    }

    private mutating func escape() throws(JSONError) {
        position &+= 1
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            position &+= 1
        case UInt8(ascii: "u"):
            position &+= 1
            for _ in 0..<4 {
                if hexadecimalValue(current) == nil { throw JSONError(position < end ? .invalidEscape : .unexpectedEnd, at: position) }
                position &+= 1
            }
        default: throw JSONError(position < end ? .invalidEscape : .unexpectedEnd, at: position)
        }
    }

    /// A run of characters outside ASCII, each well formed by the Unicode Standard's table 3-7.
    private mutating func multibyte() throws(JSONError) {
        while position < end, base[position] >= 0x80 {
            let length = wellFormedLength(base + position, end &- position)
            if length == 0 { throw JSONError(.invalidUTF8, at: position) }
            position &+= length
        }
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

/// The length of the well-formed multi-byte UTF-8 character at `text`, or 0. Refuses overlong forms, surrogates and what lies above
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
