// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import JSONBytes
import TestSupport
import Testing

struct KeyPropertyTests {
    @Test(arguments: [GatewayModel.Operation.chat, .messages])
    func `another spelling of a request has the same key, and any change to it another`(_ operation: GatewayModel.Operation)
        throws
    {
        var requests = KeyRequests(random: SeededRandom(seed: 7))
        var seen: [CacheKey: Value] = [:]
        for _ in 0..<1500 {
            let request = requests.request(operation)
            let own = try key(requests.spell(request))
            #expect(try key(requests.spell(request)) == own)
            var changed = request
            for _ in 0..<Int.random(in: 1...3, using: &requests.random) { changed = requests.change(changed) }
            if !isSame(changed, request) { #expect(try key(requests.spell(changed)) != own, "\(request)\n\(changed)") }
            if let other = seen.updateValue(request, forKey: own) { #expect(isSame(other, request)) }
        }
    }

    /// Whether two values say the same: members of an object have no order.
    private func isSame(_ one: Value, _ other: Value) -> Bool {
        switch (one, other) {
        case (.array(let one), .array(let other)): one.count == other.count && zip(one, other).allSatisfy { isSame($0, $1) }
        case (.object(let one), .object(let other)):
            one.count == other.count
                && zip(one.sorted { $0.name < $1.name }, other.sorted { $0.name < $1.name }).allSatisfy {
                    $0.name == $1.name && isSame($0.value, $1.value)
                }
        default: one == other
        }
    }

    static let leftOut = ["stream", "stream_options", "user", "metadata", "safety_identifier", "prompt_cache_key", "model"]

    @Test(arguments: leftOut) func `a field that says nothing of the answer keeps the key, at the top only`(_ name: String) throws
    {
        let plain = #"{"messages":[{"role":"user","content":"x"}]"#
        let own = try key(plain + "}")
        for value in ["true", #""abc""#, #"{"a":[1,2]}"#, "null"] {
            #expect(try key(plain + #","\#(name)":\#(value)}"#) == own)
            #expect(try key(plain + #","x":{"\#(name)":\#(value)}}"#) != key(plain + #","x":{}}"#))
        }
        let escaped = name.unicodeScalars.map { "\\u00" + String($0.value, radix: 16) }.joined()
        #expect(try key(plain + #","\#(escaped)":1}"#) == own)
        #expect(try key(plain + #","\#(name)x":1}"#) != own)
        #expect(try key(plain + #","\#(name.dropLast())":1}"#) != own)
    }

    @Test func `two models in one body are not looked past`() throws {
        #expect(try key(#"{"model":"a","model":"b"}"#) != key(#"{"model":"b","model":"a"}"#))
        #expect(try key(#"{"model":"a"}"#) == key(#"{"model":"b"}"#))
    }

    @Test func `every field of the context separates`() throws {
        let changes: [(inout CacheContext) -> Void] = [
            { _ in }, { $0.scope = "uid:1001" }, { $0.namespace = "" }, { $0.namespace = "n" }, { $0.operation = .messages },
            { $0.provider = "azure" }, { $0.base = "https://b/v1" }, { $0.query = "?a=1" }, { $0.model = "gpt-4o-mini" },
            { $0.strictOpenAICompliance = true }, { $0.headers = [HTTPField("a", "b")] }, { $0.headers = [HTTPField("a", "c")] },
            { $0.headers = [HTTPField("b", "b")] }, { $0.headers = [HTTPField("a", "b"), HTTPField("a", "c")] },
            { $0.headers = [HTTPField("a", "c"), HTTPField("a", "b")] }, { $0.vary = [("a", nil)] }, { $0.vary = [("a", [])] },
            { $0.vary = [("a", [1])] }, { $0.vary = [("b", [1])] }, { $0.vary = [("a", [1]), ("b", nil)] },
            { $0.scope = "uid:1000openai" }, { $0.provider = "" },
        ]
        var keys = Set<CacheKey>()
        for change in changes {
            var context = keyContext
            change(&context)
            #expect(keys.insert(try key("{}", context)).inserted)
        }
        var (one, other) = (keyContext, keyContext)
        one.headers = [HTTPField("A", "1"), HTTPField("b", "2")]
        other.headers = [HTTPField("b", "2"), HTTPField("a", "1")]
        #expect(try key("{}", one) == key("{}", other))
    }

    @Test(arguments: [
        ("1", "1.0"), ("1", #""1""#), ("0", "-0"), ("9007199254740993", "9007199254740992"), ("null", #""null""#), ("[]", "{}"),
        ("[[]]", "[[],[]]"), (#"["a","b"]"#, #"["ab"]"#), (#"["a","b"]"#, #"["a\u0000b"]"#), (#""\ud800""#, #""\udbff""#),
        (#""\ud800""#, #""\ufffd""#), (#""\udc00""#, "\"\u{FFFD}\""), (#""\ud800x""#, #""x\ud800""#),
        (#""\ud800\u0041""#, #""\ufffdA""#), (#"{"a":1,"a":2}"#, #"{"a":2,"a":1}"#), (#"{"a":1,"a":1}"#, #"{"a":1}"#),
        (#"{"a":{"b":1}}"#, #"{"a":{},"b":1}"#), (#"{"":1}"#, "{}"), (#"{"\ud800":1}"#, #"{"\ud801":1}"#),
        ("\"é\"", "\"e\u{301}\""),
    ]) func `what is not the same has two keys`(_ one: String, _ other: String) throws {
        #expect(try key("{\"x\":\(one)}") != key("{\"x\":\(other)}"))
    }

    @Test(arguments: [
        (#""\ud83d\ude00""#, "\"\u{1F600}\""), (#""\u0041\/\n""#, #""A/\u000a""#), (#"{"\u0061":1,"b":2}"#, #"{"b":2,"a":1}"#),
        (#"{"a\ud83d\ude00":1,"a\uffff":2}"#, "{\"a\u{FFFF}\":2,\"a\u{1F600}\":1}"), ("[ 1 , 2 ]", "[1,2]"),
    ]) func `what is the same has one`(_ one: String, _ other: String) throws {
        #expect(try key("{\"x\":\(one)}") == key("{\"x\":\(other)}"))
    }

    @Test func `hostile texts take no longer than they are long`() throws {
        let deep = String(repeating: #"{"a":["#, count: 250) + String(repeating: "]}", count: 250)
        _ = try key(#"{"x":\#(deep)}"#)
        let names = (0..<200_000).map { "\"\(String(repeating: "n", count: 20))\($0 &* 7919 % 200_003)\":1" }
        let reversed = try key("{" + names.reversed().joined(separator: ",") + "}")
        #expect(try key("{" + names.joined(separator: ",") + "}") == reversed)
        _ = try key("{" + Array(repeating: #""same":1"#, count: 200_000).joined(separator: ",") + "}")
    }
}
