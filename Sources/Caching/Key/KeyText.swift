// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The text of a JSON string that was checked, read byte by byte with its escapes resolved.
///
/// A lone surrogate becomes the three bytes that UTF-8 would have for it, which no other text has: the document itself would give
/// U+FFFD for each, and two requests would be one.
struct KeyText: Sequence, IteratorProtocol {
    /// Between the quotes.
    let inner: UnsafeBufferPointer<UInt8>
    private var position = 0
    /// Bytes of a character that are still to come, the next one lowest; `pendingCount` of them.
    private var pending: UInt32 = 0
    private var pendingCount = 0

    init(_ inner: UnsafeBufferPointer<UInt8>) { self.inner = inner }

    mutating func next() -> UInt8? {
        if pendingCount > 0 {
            defer {
                pending >>= 8
                pendingCount -= 1
            }
            return UInt8(truncatingIfNeeded: pending)
        }
        guard position < inner.count else { return nil }
        let byte = inner[position]
        if byte != UInt8(ascii: "\\") {
            position += 1
            return byte
        }
        return escaped()
    }

    /// Reads on to the next escape, all at once; nothing where one is at hand.
    mutating func plainRun() -> UnsafeBufferPointer<UInt8> {
        guard pendingCount == 0, position < inner.count, let base = inner.baseAddress else {
            return UnsafeBufferPointer(rebasing: inner[..<0])
        }
        let start = position
        let escape = memchr(base + start, 0x5C, inner.count - start)
        position = escape.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? inner.count
        return UnsafeBufferPointer(rebasing: inner[start..<position])
    }

    private mutating func escaped() -> UInt8? {
        guard position + 1 < inner.count else { return nil }
        let kind = inner[position + 1]
        if kind == UInt8(ascii: "u") {
            setPending(scalar())
            return next()
        }
        position += 2
        switch kind {
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        default: return kind
        }
    }

    /// The character of the escape at hand, of both where two make a pair.
    private mutating func scalar() -> UInt32 {
        let first = codeUnit(position + 2)
        position += 6
        guard first & 0xFC00 == 0xD800, position + 5 < inner.count, inner[position] == UInt8(ascii: "\\"),
            inner[position + 1] == UInt8(ascii: "u")
        else { return first }
        let second = codeUnit(position + 2)
        guard second & 0xFC00 == 0xDC00 else { return first }
        position += 6
        return 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
    }

    private func codeUnit(_ start: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in start..<Swift.min(start + 4, inner.count) {
            let byte = inner[index]
            let digit = byte <= UInt8(ascii: "9") ? byte &- UInt8(ascii: "0") : (byte | 0x20) &- UInt8(ascii: "a") &+ 10
            value = value << 4 | UInt32(digit & 15)
        }
        return value
    }

    private mutating func setPending(_ value: UInt32) {
        func low(_ shift: UInt32) -> UInt32 { 0x80 | value >> shift & 0x3F }
        switch value {
        case ..<0x80: (pending, pendingCount) = (value, 1)
        case ..<0x800: (pending, pendingCount) = (0xC0 | value >> 6 | low(0) << 8, 2)
        case ..<0x10000: (pending, pendingCount) = (0xE0 | value >> 12 | low(6) << 8 | low(0) << 16, 3)
        default: (pending, pendingCount) = (0xF0 | value >> 18 | low(12) << 8 | low(6) << 16 | low(0) << 24, 4)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether a JSON string with these inner bytes must be decoded to be compared.
    var hasEscapes: Bool {
        guard let baseAddress else { return false }
        return memchr(baseAddress, 0x5C, count) != nil
    }
}
