// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Testing

struct JSONWriterTests {
    @Test func `commas and colons set themselves`() {
        var json = JSONWriter()
        json.beginObject()
        json.key("a")
        json.beginArray()
        json.int(1)
        json.beginArray()
        json.endArray()
        json.string("x")
        json.null()
        json.endArray()
        json.key("b"); json.beginObject(); json.endObject()
        json.key("c" as String); json.bool(true)
        json.key(raw: Array("\"d\\u0061\"".utf8)); json.raw(Array("[ 1 ]".utf8))
        json.key("e"); json.raw("false")
        json.key("f"); json.string(utf8: Array("g\"".utf8)[...])
        json.endObject()
        #expect(text(json.bytes) == #"{"a":[1,[],"x",null],"b":{},"c":true,"d\u0061":[ 1 ],"e":false,"f":"g\""}"#)
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("a\"b\\c/d", #""a\"b\\c/d""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{8}\u{C}\u{1F}", #""\u0000\u0008\u000c\u001f""#),
        ("\u{7F}é日😀\u{2028}", "\"\u{7F}é日😀\u{2028}\""),
    ])
    func `only quote, backslash and control characters are escaped`(_ plain: String, _ expected: String) {
        var json = JSONWriter()
        json.string(plain)
        #expect(text(json.bytes) == expected)
    }

    @Test func `what was escaped reads as what it was, wherever the escape stands`() throws {
        for length in 0..<30 {
            for place in 0...length {
                for special in ["\"", "\\", "\n", "\u{1}", "\u{80}", "é", "\u{FFFF}", "😀", "\u{1F}", " ", "!", "#", "[", "]"] {
                    let plain = String(repeating: "z", count: place) + special + String(repeating: "é", count: length - place)
                    var json = JSONWriter()
                    json.string(plain)
                    let document = try JSONDocument(json.bytes)
                    #expect(document.string(document.root) == plain)
                }
            }
        }
    }

    @Test(arguments: [
        (0, "0"), (7, "7"), (-7, "-7"), (10, "10"), (1_000_000, "1000000"), (Int.max, "9223372036854775807"),
        (Int.min, "-9223372036854775808"),
    ])
    func `a whole number is written in decimal`(_ value: Int, _ expected: String) {
        var json = JSONWriter()
        json.int(value)
        #expect(text(json.bytes) == expected)
    }

    @Test(arguments: [
        (0.0, "0"), (1.0, "1"), (-2.0, "-2"), (0.1, "0.1"), (812.4, "812.4"), (1e15, "1000000000000000"), (1e16, "1e+16"),
        (1e-7, "1e-07"), (.leastNonzeroMagnitude, "5e-324"), (1.5e300, "1.5e+300"),
        (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
    ])
    func `a number is written so that it reads as itself, else as null`(_ value: Double, _ expected: String) throws {
        var json = JSONWriter()
        json.double(value)
        #expect(text(json.bytes) == expected)
        let document = try JSONDocument(json.bytes)
        #expect(document.double(document.root) == (value.isFinite ? value : nil))
    }

    @Test func `what stood before is neither looked at nor changed`() {
        var json = JSONWriter(appendingTo: Array("data: 1".utf8))
        json.beginArray()
        json.int(2)
        json.endArray()
        #expect(text(json.bytes) == "data: 1[2]")
        var out = Array("{\"jsonrpc\":\"2.0\",\"result\":".utf8)
        JSONWriter.append(to: &out) { $0.string("x") }
        JSONWriter.append(to: &out) { $0.string("y") }
        #expect(text(out) == "{\"jsonrpc\":\"2.0\",\"result\":\"x\"\"y\"")
    }

    @Test func `line breaks become spaces from the place that is given on`() {
        var bytes = Array("\n{\"a\":\r\n1}\n".utf8)
        replaceLineBreaks(in: &bytes, from: 1)
        #expect(text(bytes) == "\n{\"a\":  1} ")
        replaceLineBreaks(in: &bytes, from: bytes.count)
        var none: [UInt8] = []
        replaceLineBreaks(in: &none)
        #expect(none.isEmpty)
    }
}
