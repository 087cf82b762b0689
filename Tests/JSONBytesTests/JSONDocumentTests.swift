// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Testing

struct JSONDocumentTests {
    // MARK: Values

    @Test(arguments: [
        (#""""#, ""), (#""plain""#, "plain"), (#""a\"b\\c\/d""#, #"a"b\c/d"#), (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\uD83D\uDE00!""#, "😀!"), (#""\ud83d""#, "\u{FFFD}"), (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"),
        (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\u0000""#, "\u{0}"), (#""é\n日本""#, "é\n日本"), (#""\uD800\n""#, "\u{FFFD}\n"),
        (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""ends in \\""#, "ends in \\"),
    ])
    func `a string's text has its escapes resolved`(_ json: String, _ expected: String) throws {
        let document = try JSONDocument(json)
        #expect(document.string(document.root) == expected)
        #expect(document.textBytes(document.root).map(Array.init) == Array(expected.utf8))
        #expect(document.isString(document.root, expected))
        #expect(!document.isString(document.root, expected + "x"))
        #expect(text(document.raw(document.root)) == json)
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("42", 42), ("-7", -7), ("3.0", 3), ("3e2", 300), ("9223372036854775807", Int.max),
        ("-9223372036854775808", Int.min),
        ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.5", nil), ("1e400", nil), ("1e30", nil),
        ("9007199254740993.0", nil),
        ("9007199254740991.0", 9_007_199_254_740_991), ("\"1\"", nil), ("true", nil), ("[1]", nil),
    ] as [(String, Int?)])
    func `a whole number is an int however it was written`(_ json: String, _ expected: Int?) throws {
        let document = try JSONDocument(json)
        #expect(document.int(document.root) == expected)
    }

    @Test func `values of other kinds are nil and never a guess`() throws {
        let document = try JSONDocument(#"[true,false,null,1.25,"x",[],{}]"#)
        let nodes = Array(document.elements(of: document.root))
        #expect(nodes.map { document.kind($0) } == [.true, .false, .null, .number, .string, .array, .object])
        #expect(nodes.map { document.bool($0) } == [true, false, nil, nil, nil, nil, nil])
        #expect(nodes.map { document.isNull($0) } == [false, false, true, false, false, false, false])
        #expect(nodes.map { document.double($0) } == [nil, nil, nil, 1.25, nil, nil, nil])
        #expect(nodes.map { document.string($0) } == [nil, nil, nil, nil, "x", nil, nil])
        #expect(nodes.map { document.textBytes($0) != nil } == [false, false, false, false, true, false, false])
        #expect(nodes.allSatisfy { document.find("x", in: $0) == nil })
        for node in nodes.dropLast(2) {
            #expect(Array(document.members(of: node)).isEmpty)
            #expect(Array(document.elements(of: node)).isEmpty)
        }
    }

    @Test func `a value's range is its own bytes, without the white space around it`() throws {
        let document = try JSONDocument(#" { "a" : [ 1 , "two" ] , "b" : 1.50e+01 } "#)
        let a = try #require(document.find("a", in: document.root))
        #expect(text(document.raw(a)) == #"[ 1 , "two" ]"#)
        #expect(document.elements(of: a).map { text(document.raw($0)) } == ["1", #""two""#])
        #expect(document.find("b", in: document.root).map { text(document.raw($0)) } == "1.50e+01")
        #expect(document.range(document.root) == 1..<41)
    }

    // MARK: Keys

    @Test func `a key is found by its text, however it was escaped`() throws {
        let document = try JSONDocument(#"{"\u006dodel":1,"a\/b":2,"é":3,"\uD83D\uDE00":4,"":5,"model2":6,"mode":7}"#)
        func value(_ key: String) -> Int? { document.find(key, in: document.root).flatMap(document.int) }
        #expect(document.find("model", in: document.root).flatMap(document.int) == 1)
        #expect(["model", "a/b", "é", "😀", "", "model2", "mode", "mod", "a\\/b"].map(value) == [1, 2, 3, 4, 5, 6, 7, nil, nil])
    }

    @Test func `keys are compared byte for byte, not as characters`() throws {
        let document = try JSONDocument("{\"e\u{301}\":1}")
        #expect(document.find("\u{E9}", in: document.root) == nil)
        #expect(document.find("e\u{301}", in: document.root) != nil)
        #expect(try JSONDocument("{\"\u{E9}\":1,\"e\u{301}\":2}").duplicateKey(in: document.root) == nil)
    }

    @Test func `the last of several members of a name is found`() throws {
        let document = try JSONDocument(#"{"a":1,"b":{"a":9},"\u0061":2,"c":3}"#)
        #expect(document.find("a", in: document.root).flatMap(document.int) == 2)
    }

    @Test func `a path is followed only through objects`() throws {
        let document = try JSONDocument(#"{"params":{"request":{"model":"m"},"list":[{"model":"n"}]}}"#)
        #expect(document.find(path: "params", "request", "model", in: document.root).flatMap(document.string) == "m")
        #expect(document.find(path: "params", "list", "model", in: document.root) == nil)
        #expect(document.find(path: "params", "nothing", "model", in: document.root) == nil)
    }

    @Test func `members come in order, duplicates too, and those inside a value are skipped`() throws {
        let document = try JSONDocument(#"{"b":{"x":1},"a":[{"y":2}],"b":3}"#)
        let members = document.members(of: document.root).map { text(document.raw($0.key)) + "=" + text(document.raw($0.value)) }
        #expect(members == [#""b"={"x":1}"#, #""a"=[{"y":2}]"#, #""b"=3"#])
    }

    @Test(arguments: [
        (#"{"a":1,"b":2}"#, nil), (#"{"a":1,"b":{"a":1}}"#, nil), (#"{"a":1,"b":2,"a":3}"#, #""a""#),
        (#"{"a":1,"\u0061":3}"#, #""\u0061""#),
        (#"{"a":1,"b":2,"b":3,"a":4}"#, #""b""#), ("{}", nil), ("[1,1]", nil),
    ] as [(String, String?)])
    func `a key that occurs twice is named where it occurs again`(_ json: String, _ expected: String?) throws {
        let document = try JSONDocument(json)
        #expect(document.duplicateKey(in: document.root).map { text(document.raw($0)) } == expected)
    }

    @Test func `a key that occurs twice among many is named too`() throws {
        let members = (0..<200).map { "\"k\($0)\":\($0)" }
        let unique = try JSONDocument("{" + members.joined(separator: ",") + "}")
        #expect(unique.duplicateKey(in: unique.root) == nil)
        let twice = try JSONDocument("{" + members.joined(separator: ",") + ",\"\\u006b17\":0}")
        #expect(twice.duplicateKey(in: twice.root).flatMap(twice.string) == "k17")
    }

    // MARK: Loading again

    @Test func `a document that is loaded again holds only what came last`() throws {
        var document = JSONDocument()
        #expect(document.isNull(document.root))
        let big = "[" + (0..<1000).map(String.init).joined(separator: ",") + "]"
        for json in [#"{"a":1}"#, big, "[]", "7", #"{"b":[1,2,3]}"#] {
            try document.load(Array(json.utf8)[...])
            let fresh = try JSONDocument(json)
            #expect(text(document.raw(document.root)) == json)
            #expect(document.members(of: document.root).map(\.value) == fresh.members(of: fresh.root).map(\.value))
            #expect(Array(document.elements(of: document.root)) == Array(fresh.elements(of: fresh.root)))
        }
        let line = Array("xx{\"c\":5}yy".utf8)
        try document.load(line[2..<9])
        #expect(document.find("c", in: document.root).flatMap(document.int) == 5)
    }

    @Test func `after an error the document is null and can be loaded again`() throws {
        var document = try JSONDocument(#"{"a":1}"#)
        #expect(throws: JSONError(.unexpectedEnd, at: 4)) { try document.load(Array("[1, ".utf8)[...]) }
        #expect(document.isNull(document.root))
        #expect(text(document.raw(document.root)) == "null")
        #expect(throws: JSONError(.unexpectedEnd, at: 0)) { try document.load([]) }
        try document.load(Array("[true]".utf8)[...])
        #expect(document.elements(of: document.root).map { document.bool($0) } == [true])
    }

    @Test func `a copy keeps what it was when the original is loaded again`() throws {
        var document = try JSONDocument("[1]")
        let copy = document
        try document.load(Array("{\"a\":[2,3]}".utf8)[...])
        #expect(text(copy.raw(copy.root)) == "[1]")
        #expect(copy.elements(of: copy.root).compactMap { copy.int($0) } == [1])
    }
}
