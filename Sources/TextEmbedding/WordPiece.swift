// SPDX-License-Identifier: Apache-2.0
// For `_nfd`: the standard library decomposes, and has no other name for it.
@_spi(_Unicode) import Swift

/// What a text is for the encoder.
package struct WordPieces: Sendable, Equatable {
    /// With the two marks at the ends.
    package var ids: [Int32]
    package var hasUnknown = false
    package var isCut = false
}

/// Cuts a text into word pieces as BERT's uncased models are given them: without accents, in lower case, each punctuation mark
/// and each ideograph a word of its own, each word its longest pieces from the left. A mark that the text spells out (`[SEP]`) is
/// text.
struct WordPiece {
    /// The longest piece that a word begins with, or goes on with (true).
    typealias LongestPiece = (UnsafeBufferPointer<UInt8>, Bool) -> (id: Int32, length: Int)?

    private static let unknown: Int32 = 100, beginning: Int32 = 101, end: Int32 = 102
    /// A word of more scalars than this is unknown.
    private static let longestWord = 100
    /// Without a space for so long, a text is cut here; it is one unknown word, or fills the encoder many times over.
    private static let longestRun = 4096

    private let longestPiece: LongestPiece
    private let limit: Int
    private var pieces = WordPieces(ids: [beginning])
    /// The word so far, in UTF-8, and how many scalars it has.
    private var word: [UInt8] = []
    private var wordLength = 0
    /// Scalars since the last space of which one at least is not ASCII: they are decomposed together.
    private var run = String.UnicodeScalarView()
    private var runLength = 0

    /// - Parameter limit: the most pieces, both marks included.
    static func pieces(of text: String, atMost limit: Int, longestPiece: LongestPiece) -> WordPieces {
        withoutActuallyEscaping(longestPiece) { longestPiece in
            var cutter = WordPiece(longestPiece: longestPiece, limit: max(limit, 2) - 1)
            for scalar in text.unicodeScalars {
                cutter.take(scalar)
                if cutter.pieces.isCut { break }
            }
            cutter.endRun()
            cutter.pieces.ids.append(end)
            return cutter.pieces
        }
    }

    private init(longestPiece: @escaping LongestPiece, limit: Int) {
        self.longestPiece = longestPiece
        self.limit = limit
    }

    private mutating func take(_ scalar: Unicode.Scalar) {
        guard scalar.isASCII else { return takeOther(scalar) }
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D: endRun()
        case 0..<0x20, 0x7F: break
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): append(byte)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): append(byte | 0x20)
        default:
            endRun()
            append(byte)
            endRun()
        }
    }

    private mutating func append(_ byte: UInt8) {
        if runLength > 0 { return appendToRun(Unicode.Scalar(byte)) }
        word.append(byte)
        wordLength += 1
    }

    private mutating func takeOther(_ scalar: Unicode.Scalar) {
        let kind = ScalarKind(scalar)
        if kind.isForeign { pieces.hasUnknown = true }
        switch kind.treatment {
        case .dropped: break
        case .space: endRun()
        case .alone:
            endRun()
            appendToRun(scalar)
            endRun()
        case .part: appendToRun(scalar)
        }
    }

    private mutating func appendToRun(_ scalar: Unicode.Scalar) {
        if runLength >= Self.longestRun { endRun() }
        if runLength == 0 {
            for byte in word { run.append(Unicode.Scalar(byte)) }
            runLength = word.count
            (word, wordLength) = ([], 0)
        }
        run.append(scalar)
        runLength += 1
    }

    private mutating func endRun() {
        if runLength > 0 {
            let decomposed = String(run)._nfd
            run = String.UnicodeScalarView()
            runLength = 0
            for scalar in decomposed where scalar.category != .nonspacingMark {
                for lower in scalar.properties.lowercaseMapping.unicodeScalars { appendDecomposed(lower) }
            }
        }
        endWord()
    }

    private mutating func appendDecomposed(_ scalar: Unicode.Scalar) {
        let isAlone = scalar.isPunctuation
        if isAlone { endWord() }
        word.append(contentsOf: UTF8.encode(scalar)?.lazy.map { $0 } ?? [])
        wordLength += 1
        if isAlone { endWord() }
    }

    private mutating func endWord() {
        guard !word.isEmpty else { return }
        let start = pieces.ids.count
        if wordLength > Self.longestWord || !appendPieces() {
            pieces.ids.removeSubrange(start...)
            pieces.ids.append(Self.unknown)
            pieces.hasUnknown = true
        }
        if pieces.ids.count > limit {
            pieces.ids.removeSubrange(limit...)
            pieces.isCut = true
        }
        word.removeAll(keepingCapacity: true)
        wordLength = 0
    }

    /// - Returns: whether there are pieces for the whole word.
    private mutating func appendPieces() -> Bool {
        let longestPiece = longestPiece
        return word.withUnsafeBufferPointer { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let isInside = rest.startIndex > 0
                let found = longestPiece(UnsafeBufferPointer(rebasing: rest), isInside)
                guard let (id, length) = found, length > 0 else { return false }
                pieces.ids.append(id)
                rest = rest.dropFirst(length)
            }
            return true
        }
    }
}
