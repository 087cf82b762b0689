// SPDX-License-Identifier: Apache-2.0
import Glibc

extension StaticString {
    var utf8: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}

/// Whether a string with these inner bytes, which were checked, has this text.
@inline(__always)
func isText(_ text: UnsafeBufferPointer<UInt8>, of inner: UnsafeBufferPointer<UInt8>, escaped: Bool) -> Bool {
    if escaped { return isEscapedText(text, of: inner) }
    guard inner.count == text.count else { return false }
    guard let own = inner.baseAddress, let other = text.baseAddress else { return true }
    return memcmp(own, other, text.count) == 0
}

private func isEscapedText(_ text: UnsafeBufferPointer<UInt8>, of inner: UnsafeBufferPointer<UInt8>) -> Bool {
    // An escape is at most six times as long as what it stands for, so the room is bounded by the text that is looked for.
    if inner.count > 6 * text.count { return false }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: inner.count) { room in
        let count = unescape(inner, into: room)
        return UnsafeMutableBufferPointer(rebasing: room[..<count]).elementsEqual(text)
    }
}

/// Writes the text of a string's inner bytes, which were checked: escapes resolved, a lone surrogate replaced by U+FFFD.
/// - Parameter room: at least as long as `inner`.
/// - Returns: how many bytes were written.
func unescape(_ inner: UnsafeBufferPointer<UInt8>, into room: UnsafeMutableBufferPointer<UInt8>) -> Int {
    guard let base = inner.baseAddress, let out = room.baseAddress else { return 0 }
    var read = 0
    var written = 0
    while read < inner.count {
        let backslash = memchr(base + read, 0x5C, inner.count - read)
        let plain = backslash.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? inner.count
        (out + written).update(from: base + read, count: plain - read)
        written += plain - read
        read = plain
        if read == inner.count { break }
        let escape = inner[read + 1]
        if escape == UInt8(ascii: "u") {
            let scalar = unescapedScalar(inner, &read)
            for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                out[written] = unit
                written += 1
            }
        } else {
            out[written] = unescapedByte(escape)
            written += 1
            read += 2
        }
    }
    return written
}

private func unescapedByte(_ escape: UInt8) -> UInt8 {
    switch escape {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    default: escape
    }
}

/// Reads the escape at `index` and, after a high surrogate, the low one's escape that belongs to it.
private func unescapedScalar(_ inner: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Unicode.Scalar {
    let first = codeUnit(inner, index + 2)
    index += 6
    let isHigh = first & 0xFC00 == 0xD800
    if isHigh, index + 6 <= inner.count, inner[index] == UInt8(ascii: "\\"), inner[index + 1] == UInt8(ascii: "u") {
        let second = codeUnit(inner, index + 2)
        if second & 0xFC00 == 0xDC00 {
            index += 6
            return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF)) ?? "\u{FFFD}"
        }
    }
    return Unicode.Scalar(first) ?? "\u{FFFD}"
}

private func codeUnit(_ inner: UnsafeBufferPointer<UInt8>, _ index: Int) -> UInt32 {
    var value: UInt32 = 0
    for offset in 0..<4 { value = value << 4 | (hexadecimalValue(inner[index + offset]) ?? 0) }
    return value
}

/// Turns raw line breaks, which are legal only between tokens, into spaces: a line-framed protocol cannot carry them.
package func replaceLineBreaks(in bytes: inout [UInt8], from start: Int = 0) {
    bytes.withUnsafeMutableBytes { text in
        for lineBreak: Int32 in [0x0A, 0x0D] {
            var position = start
            while position < text.count, let base = text.baseAddress,
                let found = memchr(base + position, lineBreak, text.count - position)
            {
                found.storeBytes(of: 0x20, as: UInt8.self)
                position = found - base + 1
            }
        }
    }
}
