// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Testing

struct JSONGrammarTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1", "-1", "10", "1.5", "1e5", "1E5", "1e+5", "1e-5", "0e0", "-0.0e-0",
        "123456789012345678901234567890", "\"\"", "\"a\"", "[]", "{}", " [ ] ",
        "\t\r\n{ }\n", "[1,2]", "[ 1 , 2 ]", "{\"a\":1}", "{ \"a\" : 1 , \"b\" : [ ] }", "[[[]]]",
        "{\"\":{}}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0000\\uD83D\\uDE00\\ud83d\"", "\"\u{7F}\u{2028}\u{2029}\"", "{\"a\":1,\"a\":2}",
    ])
    func `is JSON`(_ text: String) {
        #expect(failure(text) == nil)
    }

    @Test(arguments: [
        ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("nul", .unexpectedEnd, 3), ("nulL", .unexpectedByte, 3),
        ("True", .unexpectedByte, 0),
        ("nullx", .trailingBytes, 4), ("1 2", .trailingBytes, 2), ("{}}", .trailingBytes, 2), ("[1,]", .unexpectedByte, 3),
        ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), ("[1", .unexpectedEnd, 2), ("[", .unexpectedEnd, 1),
        ("]", .unexpectedByte, 0),
        ("[}", .unexpectedByte, 1), ("{]", .unexpectedByte, 1), ("{,}", .unexpectedByte, 1), ("{\"a\"}", .unexpectedByte, 4),
        ("{\"a\":}", .unexpectedByte, 5), ("{\"a\":1,}", .unexpectedByte, 7), ("{\"a\":1 \"b\":2}", .unexpectedByte, 7),
        ("{a:1}", .unexpectedByte, 1),
        ("{\"a\" 1}", .unexpectedByte, 5), ("{1:1}", .unexpectedByte, 1), ("[1}", .unexpectedByte, 2),
        ("{\"a\":1]", .unexpectedByte, 6),
        ("{\"a\":[1}", .unexpectedByte, 7), ("{\"a\":1", .unexpectedEnd, 6), ("{\"a\"", .unexpectedEnd, 4),
        ("{\"a\":", .unexpectedEnd, 5),
        ("'a'", .unexpectedByte, 0), ("\u{FEFF}[]", .unexpectedByte, 0), ("[]\u{0}", .trailingBytes, 2),
        ("\u{0}", .unexpectedByte, 0),
        ("[\u{B}1]", .unexpectedByte, 1), ("[\u{A0}1]", .unexpectedByte, 1), ("/**/1", .unexpectedByte, 0),
        ("NaN", .unexpectedByte, 0),
        ("+1", .unexpectedByte, 0), ("-", .unexpectedEnd, 1), ("-a", .invalidNumber, 1), ("01", .trailingBytes, 1),
        ("[01]", .unexpectedByte, 2),
        ("1.", .unexpectedEnd, 2), (".5", .unexpectedByte, 0), ("[1.]", .invalidNumber, 3), ("1e", .unexpectedEnd, 2),
        ("[1e+]", .invalidNumber, 4),
        ("0x10", .trailingBytes, 1), ("1_000", .trailingBytes, 1), ("--1", .invalidNumber, 1), ("\"a", .unexpectedEnd, 2),
        ("\"", .unexpectedEnd, 1),
        ("\"a\nb\"", .controlCharacter, 2), ("\"\u{1F}\"", .controlCharacter, 1), ("\"\u{0}\"", .controlCharacter, 1),
        ("\"\\a\"", .invalidEscape, 2),
        ("\"\\'\"", .invalidEscape, 2), ("\"\\u12G4\"", .invalidEscape, 5), ("\"\\u123\"", .invalidEscape, 6),
        ("\"\\", .unexpectedEnd, 2),
        ("\"\\u12", .unexpectedEnd, 5), ("\"\\\"", .unexpectedEnd, 3),
        ("\"0123456789abcdef0123456789\u{1}\"", .controlCharacter, 27),
    ] as [(String, JSONError.Fault, Int)])
    func `is not JSON, and the error says where`(_ text: String, _ fault: JSONError.Fault, _ offset: Int) {
        #expect(failure(text) == JSONError(fault, at: offset))
    }

    @Test func `an error reads as a sentence with its offset`() {
        #expect(failure("[1,]")?.description == "unexpected character at byte 3")
    }

    @Test func `nesting is accepted to the limit and refused behind it`() {
        for open in ["[", "{\"a\":"] {
            let close = open == "[" ? "]" : "}"
            func nested(_ depth: Int) -> String {
                let inner = open == "[" ? "[]" : "{}"
                return String(repeating: open, count: depth - 1) + inner + String(repeating: close, count: depth - 1)
            }
            #expect(failure(nested(512)) == nil)
            #expect(failure(nested(513)) == JSONError(.tooDeep, at: open.utf8.count * 512))
            #expect(failure(String(repeating: open, count: 100_000))?.fault == .tooDeep)
        }
    }

    @Test func `values side by side do not count as nesting`() {
        #expect(failure("[" + String(repeating: "[[]],", count: 2000) + "[]]") == nil)
    }

    /// The borders of the Unicode Standard's table 3-7: first and last of each row, and what lies just outside.
    @Test func `well-formed UTF-8 is accepted and all else is refused`() {
        let accepted: [[UInt8]] = [
            [0x7F], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xE0, 0xBF, 0xBF], [0xE1, 0x80, 0x80], [0xEC, 0xBF, 0xBF],
            [0xED, 0x80, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80],
            [0xF0, 0xBF, 0xBF, 0xBF],
            [0xF1, 0x80, 0x80, 0x80], [0xF3, 0xBF, 0xBF, 0xBF], [0xF4, 0x80, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
        ]
        let refused: [[UInt8]] = [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x7F], [0xC2, 0xC0], [0xE0, 0x9F, 0xBF], [0xE0, 0xA0],
            [0xE0, 0xA0, 0x7F],
            [0xE0, 0xC0, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF], [0xEF, 0xBF, 0xC0],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x90, 0x80], [0xF0, 0x90, 0x80, 0x7F], [0xF0, 0x90, 0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ]
        // At every place in the sixteen bytes that are looked at together, and cut off by the end.
        for padding in 0..<20 {
            let before = [UInt8](repeating: 0x61, count: padding)
            for character in accepted { #expect(failure([0x22] + before + character + [0x22]) == nil, "\(character)") }
            for character in refused {
                let error = failure([0x22] + before + character + [0x22])
                #expect(error == JSONError(.invalidUTF8, at: 1 + padding), "\(character)")
                #expect(failure([0x22] + before + character) == error, "\(character) at the end")
            }
        }
        #expect(failure([0x5B, 0xFF, 0x5D]) == JSONError(.unexpectedByte, at: 1))
    }

    /// Each byte that ends plain text, at each place, so that no place in a word is missed and none is seen too early.
    @Test func `every byte of a string is looked at, wherever it stands`() {
        for length in 1..<40 {
            for place in 0..<length {
                for byte: UInt8 in [0x00, 0x1F, 0x22, 0x5C, 0x80, 0xFF] {
                    var bytes = [0x22] + [UInt8](repeating: 0x7F, count: length) + [0x22]
                    bytes[1 + place] = byte
                    #expect(failure(bytes) != nil)
                }
                for byte: UInt8 in [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F] {
                    var bytes = [0x22] + [UInt8](repeating: 0x20, count: length) + [0x22]
                    bytes[1 + place] = byte
                    #expect(failure(bytes) == nil)
                }
            }
        }
    }

    @Test func `more values than there was room for at first are all indexed`() throws {
        for count in [1, 30, 31, 32, 33, 500, 5000] {
            let document = try JSONDocument("[" + (0..<count).map { "{\"k\(0)\":\($0)}" }.joined(separator: ",") + "]")
            let values = document.elements(of: document.root).map { document.find("k0", in: $0).flatMap(document.int) }
            #expect(values == (0..<count).map { $0 })
        }
    }
}
