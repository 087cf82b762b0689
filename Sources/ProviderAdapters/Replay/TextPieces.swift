// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// Cuts the inside of a JSON string into pieces of at most about `limit` bytes, each of which is the inside of one too. A piece
/// ends behind a space where there is one, else between two characters as a reader sees them: never inside an escape, a UTF-8
/// sequence or a grapheme. Only a grapheme longer than the limit makes a longer piece.
struct TextPieces: Sequence, IteratorProtocol {
    /// Some fifty words: a reader sees text come, and its frame costs less than it.
    static let limit = 256

    private var rest: ArraySlice<UInt8>

    /// - Parameter inner: the string's bytes without its quotes, of a document that was checked.
    init(_ inner: ArraySlice<UInt8>) { rest = inner }

    mutating func next() -> ArraySlice<UInt8>? {
        if rest.isEmpty { return nil }
        let end = rest.count <= Self.limit ? rest.endIndex : behindSpace() ?? behindCharacter()
        defer { rest = rest[end...] }
        return rest[..<end]
    }

    /// Behind the last space within the limit that has plain ASCII after it: two ASCII characters never are one grapheme.
    private func behindSpace() -> Int? {
        var end = rest.startIndex + Self.limit
        // At least half of a piece, or a long word behind a short one would make pieces of one word.
        let least = rest.startIndex + Self.limit / 2
        while end > least {
            if rest[end - 1] == UInt8(ascii: " "), rest[end] < 0x80, rest[end] != UInt8(ascii: "\\") { return end }
            end -= 1
        }
        return nil
    }

    /// In front of the last character that begins within the limit, or behind the first where that one is longer. Whether a
    /// character begins somewhere does not depend on what comes later, so that this window is enough.
    private func behindCharacter() -> Int {
        var limit = Self.limit
        while true {
            var text = String.UnicodeScalarView()
            /// Where each scalar begins.
            var starts: [Int] = []
            var position = rest.startIndex
            while position < rest.endIndex, position - rest.startIndex < limit {
                starts.append(position)
                text.append(scalar(&position))
            }
            let whole = String(text)
            if let first = whole.first?.unicodeScalars.count, let last = whole.last?.unicodeScalars.count, first < starts.count {
                // In a widened window the first one is what is too long.
                return limit > Self.limit ? starts[first] : starts[starts.count - last]
            }
            if position >= rest.endIndex { return rest.endIndex }
            limit *= 2
        }
    }

    /// Reads one scalar and moves behind it; half a pair of surrogates reads as U+FFFD.
    private func scalar(_ position: inout Int) -> Unicode.Scalar {
        let start = position
        if rest[start] == UInt8(ascii: "\\") {
            position += isUnit(start) ? 6 : 2
            if isSurrogate(start, from: UInt8(ascii: "8")), isUnit(position), isSurrogate(position, from: UInt8(ascii: "c")) {
                position += 6
            }
            position = Swift.min(position, rest.endIndex)
            return decoded(rest[start..<position])
        }
        position += 1
        while position < rest.endIndex, rest[position] & 0xC0 == 0x80 { position += 1 }
        return String(decoding: rest[start..<position], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    }

    private func isUnit(_ start: Int) -> Bool {
        start + 6 <= rest.endIndex && rest[start] == UInt8(ascii: "\\") && rest[start + 1] == UInt8(ascii: "u")
    }

    /// Whether a `\u` escape is a surrogate of the half that begins with `\uD800` or `\uDC00`, told by the third digit.
    private func isSurrogate(_ start: Int, from third: UInt8) -> Bool {
        guard isUnit(start), rest[start + 2] | 0x20 == UInt8(ascii: "d") else { return false }
        let digit = rest[start + 3] | 0x20
        let isLow = (UInt8(ascii: "c")...UInt8(ascii: "f")).contains(digit)
        let isHigh = "89ab".utf8.contains(rest[start + 3] | (rest[start + 3] > 0x40 ? 0x20 : 0))
        return third == UInt8(ascii: "c") ? isLow : isHigh
    }

    private func decoded(_ escape: ArraySlice<UInt8>) -> Unicode.Scalar {
        var string: [UInt8] = [UInt8(ascii: "\"")]
        string += escape
        string.append(UInt8(ascii: "\""))
        guard let document = try? JSONDocument(string) else { return "\u{FFFD}" }
        return document.string(document.root)?.unicodeScalars.first ?? "\u{FFFD}"
    }
}
