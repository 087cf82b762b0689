// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Testing

struct JSONSplicerTests {
    /// Edits the object that `json` is and gives the result as text.
    func edited(_ json: String, _ edits: (inout JSONSplicer, JSONNode) -> Void) throws -> String {
        let document = try JSONDocument(json)
        var splicer = JSONSplicer(document, within: document.root)
        edits(&splicer, document.root)
        let result = splicer.bytes()
        _ = try JSONDocument(result)
        return text(result)
    }

    @Test func `without edits the bytes are those that came`() throws {
        let json = #" { "a" : 1.0e0 , "a" : "\u0061" } "#
        let document = try JSONDocument(json)
        let splicer = JSONSplicer(document, within: document.root)
        #expect(splicer.isEmpty)
        #expect(text(splicer.bytes()) == #"{ "a" : 1.0e0 , "a" : "\u0061" }"#)
    }

    @Test(arguments: [
        (#"{"a":1,"b":2,"c":3}"#, ["a"], #"{"b":2,"c":3}"#), (#"{"a":1,"b":2,"c":3}"#, ["b"], #"{"a":1,"c":3}"#),
        (#"{"a":1,"b":2,"c":3}"#, ["c"], #"{"a":1,"b":2}"#), (#"{"a":1,"b":2,"c":3}"#, ["a", "b"], #"{"c":3}"#),
        (#"{"a":1,"b":2,"c":3}"#, ["b", "c"], #"{"a":1}"#), (#"{"a":1,"b":2,"c":3}"#, ["a", "c"], #"{"b":2}"#),
        (#"{"a":1,"b":2,"c":3}"#, ["a", "b", "c"], "{}"), (#"{"a":1}"#, ["a"], "{}"), (#"{"a":1}"#, ["b"], #"{"a":1}"#),
        ("{}", ["a"], "{}"),
        (#"{ "a" : 1 , "b" : 2 , "c" : 3 }"#, ["a"], #"{ "b" : 2 , "c" : 3 }"#),
        (#"{ "a" : 1 , "b" : 2 , "c" : 3 }"#, ["c"], #"{ "a" : 1 , "b" : 2 }"#),
        (#"{"a":1,"b":2,"a":3,"\u0061":{"a":4}}"#, ["a"], #"{"b":2}"#), (#"[{"a":1}]"#, ["a"], #"[{"a":1}]"#),
    ])
    func `a removed member takes its comma along`(_ json: String, _ keys: [String], _ expected: String) throws {
        #expect(try edited(json) { edit, root in for key in keys { edit.remove(key, in: root) } } == expected)
    }

    @Test(arguments: [
        (#"{"model":"a","n":1}"#, #"{"model":9,"n":1}"#), (#"{"model":"a","model":"b"}"#, #"{"model":9,"model":9}"#),
        ("{}", #"{"model":9}"#),
        (#"{ "n" : 1 }"#, #"{ "n" : 1 ,"model":9}"#), ("{ }", #"{ "model":9}"#), (#"{"\u006dodel":1}"#, #"{"\u006dodel":9}"#),
        ("[]", "[]"), ("7", "7"),
    ])
    func `a member is set in its place, or as the last one`(_ json: String, _ expected: String) throws {
        #expect(try edited(json) { $0.set("model", to: Array("9".utf8), in: $1) } == expected)
    }

    @Test func `a renamed member keeps its value and its place`() throws {
        let result = try edited(#"{"a":1,"max_tokens": 4096.0,"a":2}"#) {
            $0.rename("max_tokens", to: "max_\"completion\"_tokens", in: $1)
            $0.rename("nothing", to: "something", in: $1)
        }
        #expect(result == #"{"a":1,"max_\"completion\"_tokens": 4096.0,"a":2}"#)
    }

    @Test func `an addition after everything was removed needs no comma`() throws {
        let result = try edited(#"{ "a" : 1 , "b" : 2 }"#) {
            $0.remove("a", in: $1)
            $0.remove("b", in: $1)
            $0.set("c", to: Array("3".utf8), in: $1)
            $0.set("d", to: Array("4".utf8), in: $1)
        }
        #expect(result == #"{  "c":3,"d":4}"#)
    }

    @Test func `the later edit of a member wins`() throws {
        let one = Array("1".utf8)
        let two = Array("2".utf8)
        let json = #"{"a":0,"b":{"c":0}}"#
        #expect(try edited(json) { $0.set("a", to: one, in: $1); $0.set("a", to: two, in: $1) } == #"{"a":2,"b":{"c":0}}"#)
        #expect(try edited(json) { $0.set("n", to: one, in: $1); $0.set("n", to: two, in: $1) } == #"{"a":0,"b":{"c":0},"n":2}"#)
        #expect(try edited(json) { $0.set("a", to: one, in: $1); $0.remove("a", in: $1) } == #"{"b":{"c":0}}"#)
        #expect(try edited(json) { $0.remove("a", in: $1); $0.set("a", to: two, in: $1) } == #"{"a":2,"b":{"c":0}}"#)
        #expect(try edited(json) { $0.set("n", to: one, in: $1); $0.remove("n", in: $1) } == json)
    }

    @Test func `an edit inside a value that goes as a whole is lost with it`() throws {
        let document = try JSONDocument(#"{"a":{"x":1,"y":2},"b":3}"#)
        let inner = try #require(document.find("a", in: document.root))
        var removed = JSONSplicer(document, within: document.root)
        removed.set("x", to: Array("9".utf8), in: inner)
        removed.set("z", to: Array("9".utf8), in: inner)
        removed.remove("y", in: inner)
        removed.remove("a", in: document.root)
        #expect(text(removed.bytes()) == #"{"b":3}"#)
        var replaced = JSONSplicer(document, within: document.root)
        replaced.set("x", to: Array("9".utf8), in: inner)
        replaced.set("a", to: Array("null".utf8), in: document.root)
        #expect(text(replaced.bytes()) == #"{"a":null,"b":3}"#)
    }

    @Test func `only the part that is edited comes out, and edits reach into it`() throws {
        let document = try JSONDocument(#"{"id":1,"params":{"request": {"model":"a","stream_options":{"x":1}} }}"#)
        let request = try #require(document.find(path: "params", "request", in: document.root))
        let options = try #require(document.find("stream_options", in: request))
        var edit = JSONSplicer(document, within: request)
        edit.set("model", to: Array("\"b\"".utf8), in: request)
        edit.set("include_usage", to: Array("true".utf8), in: options)
        #expect(!edit.isEmpty)
        #expect(text(edit.bytes()) == #"{"model":"b","stream_options":{"x":1,"include_usage":true}}"#)
    }
}
