// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import TextEmbedding

struct WordPieceTests {
    /// Pieces of a small vocabulary, the longest first; `##` marks those that go on with a word.
    static let vocabulary: [String: Int32] = [
        "un": 1, "##want": 2, "##ed": 3, "creme": 4, "i": 5, ",": 6, "?": 7, "run": 8, "##ning": 9, "a": 10, "##a": 11, "北": 12,
        "[": 13, "]": 14, "sep": 15, "ᄀ": 16, "##ᅡ": 17, "want": 18,
    ]

    static func pieces(_ text: String, atMost limit: Int = 64) -> WordPieces {
        WordPiece.pieces(of: text, atMost: limit) { bytes, goesOn in
            for length in stride(from: bytes.count, to: 0, by: -1) {
                let piece = (goesOn ? "##" : "") + String(decoding: bytes[..<length], as: UTF8.self)
                if let id = vocabulary[piece] { return (id, length) }
            }
            return nil
        }
    }

    @Test(arguments: [
        ("unwanted running", [1, 2, 3, 8, 9]), ("UNWANTED\tRunning\r\n", [1, 2, 3, 8, 9]), ("", []), (" \u{2028} ", []),
        ("Crème", [4]), ("Cre\u{300}me", [4]), ("İ", [5]), ("i,i?", [5, 6, 5, 7]), ("un\u{0}want\u{7}ed", [1, 2, 3]),
        ("un\u{200B}wanted", [1, 2, 3]), ("un\u{A0}want", [1, 18]), ("a北a", [10, 12, 10]), ("[SEP]", [13, 15, 14]),
        ("가", [16, 17]), ("unknown", [100]), ("a unknown, a", [10, 100, 6, 10]), ("i\u{FFFD}", [5]),
    ] as [(String, [Int32])])
    func `a text becomes the pieces that the model was trained on`(text: String, ids: [Int32]) {
        #expect(Self.pieces(text).ids == [101] + ids + [102])
    }

    @Test func `a word of more than a hundred scalars is unknown`() {
        #expect(Self.pieces(String(repeating: "a", count: 100)).ids.count == 64)
        #expect(Self.pieces(String(repeating: "a", count: 101)) == WordPieces(ids: [101, 100, 102], hasUnknown: true))
    }

    @Test func `what does not fit is cut, also inside of a word, and the end mark stays`() {
        #expect(Self.pieces("unwanted", atMost: 5) == WordPieces(ids: [101, 1, 2, 3, 102]))
        #expect(Self.pieces("unwanted", atMost: 4) == WordPieces(ids: [101, 1, 2, 102], isCut: true))
        #expect(Self.pieces("i i", atMost: 0) == WordPieces(ids: [101, 102], isCut: true))
    }

    @Test(arguments: [
        ("unwanted, i?", false), ("Crème", false), ("unknown", true), ("北", true), ("가", true), ("i Ж", true),
        ("a\u{E000}", true), ("a\u{FFFD}", true), ("a\u{200D}", false), ("a\u{10FFFD}", true), ("a 😀", true),
    ])
    func `what the model cannot tell apart is said to be unknown`(text: String, hasUnknown: Bool) {
        #expect(Self.pieces(text).hasUnknown == hasUnknown)
    }

    @Test func `a run without a space is looked at in bounded steps`() {
        #expect(Self.pieces(String(repeating: "é", count: 100_000)).hasUnknown)
        #expect(Self.pieces(String(repeating: "\u{301}", count: 100_000)).ids == [101, 102])
    }
}
