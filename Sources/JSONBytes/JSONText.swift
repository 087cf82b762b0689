// SPDX-License-Identifier: Apache-2.0

/// The text of a string's inner bytes, which were checked: escapes resolved, a lone surrogate replaced by U+FFFD.
func unescaped(_ inner: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(inner.count)
    var index = inner.startIndex
    while index < inner.endIndex {
        let byte = inner[index]
        index += 1
        if byte != UInt8(ascii: "\\") {
            text.append(byte)
            continue
        }
        let escape = inner[index]
        index += 1
        switch escape {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"): appendScalar(inner, &index, to: &text)
        default: text.append(escape)
        }
    }
    return text
}

/// Reads the four digits at `index` and, after a high surrogate, the low one's escape that belongs to it.
private func appendScalar(_ inner: ArraySlice<UInt8>, _ index: inout Int, to text: inout [UInt8]) {
    let first = codeUnit(inner, index)
    index += 4
    var value = first
    if first & 0xFC00 == 0xD800, index + 6 <= inner.endIndex, inner[index] == UInt8(ascii: "\\"), inner[index + 1] == UInt8(ascii: "u") {
        let second = codeUnit(inner, index + 2)
        if second & 0xFC00 == 0xDC00 {
            index += 6
            value = 0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF)
        }
    }
    text.append(contentsOf: String(Character(Unicode.Scalar(value) ?? "\u{FFFD}")).utf8)
}

private func codeUnit(_ inner: ArraySlice<UInt8>, _ index: Int) -> UInt32 {
    var value: UInt32 = 0
    for offset in 0..<4 { value = value << 4 | (hexadecimalValue(inner[index + offset]) ?? 0) }
    return value
}

/// Turns raw line breaks, which are legal only between tokens, into spaces: a line-framed protocol cannot carry them.
package func replaceLineBreaks(in bytes: inout [UInt8], from start: Int = 0) {
    bytes.withUnsafeMutableBufferPointer { text in
        for index in start..<text.count where text[index] == 0x0A || text[index] == 0x0D { text[index] = 0x20 }
    }
}
