// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import JSONBytes
import TestSupport
import Testing

struct SemanticRequestTests {
    private func read(
        _ text: String, _ operation: GatewayModel.Operation = .chat, allowsHighTemperature: Bool = false
    ) throws -> SemanticRequest {
        var context = keyContext
        context.operation = operation
        let document = try JSONDocument(text)
        return SemanticRequest(
            document: document, request: document.root, context: context, allowsHighTemperature: allowsHighTemperature)
    }

    private func text(_ request: String, _ operation: GatewayModel.Operation = .chat) throws -> String? {
        if case .text(let text, _) = try read(request, operation) { text } else { nil }
    }

    private func partition(_ request: String, _ operation: GatewayModel.Operation = .chat) throws -> CacheKey? {
        if case .text(_, let partition) = try read(request, operation) { partition } else { nil }
    }

    private func asking(_ content: String, before: String = "", with: String = "") -> String {
        #"{"messages":[\#(before){"role":"user","content":\#(content)}]\#(with)}"#
    }

    @Test(arguments: [
        (#""What is it?""#, "What is it?"), (#""  What\n\tis \u00a0 it?  ""#, "What is it?"),
        (#"[{"type":"text","text":"a"},{"type":"text","text":" b "}]"#, "a b"),
        (#"[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]"#, "a"), (#""\ud83d\ude00""#, "\u{1F600}"),
    ]) func `the text is the last user message's, white space folded`(_ content: String, _ expected: String) throws {
        for operation in [GatewayModel.Operation.chat, .messages] {
            #expect(try text(asking(content), operation) == expected)
            #expect(try text(asking(content, before: #"{"role":"system","content":"s"},"#), operation) == expected)
        }
    }

    @Test(arguments: [
        (#"{"messages":[]}"#, SemanticBypass.noUserMessage), ("{}", .noUserMessage), ("[]", .unclear),
        (#"{"messages":[{"role":"assistant","content":"x"}]}"#, .noUserMessage),
        (#"{"messages":[{"role":"user","content":"x"},{"role":"tool","content":"x"}]}"#, .noUserMessage),
        (#"{"messages":[{"role":"user"}]}"#, .emptyText), (#"{"messages":[{"role":"user","content":" \n"}]}"#, .emptyText),
        (#"{"messages":[{"role":"user","content":[]}]}"#, .emptyText), (#"{"messages":[{"role":"user","content":1}]}"#, .unclear),
        (#"{"messages":[{"role":"user","content":"a","content":"b"}]}"#, .unclear),
        (#"{"messages":[{"role":"user","content":"a","role":"assistant"}]}"#, .unclear),
        (#"{"messages":[{"role":"user","content":"a","tool_calls":[]}]}"#, .tools),
        (#"{"messages":[{"role":"user","content":"a"}],"n":2}"#, .severalChoices),
        (#"{"messages":[{"role":"user","content":"a"}],"temperature":1.5}"#, .highTemperature),
        (#"{"messages":[{"role":"user","content":"a"}],"temperature":"x"}"#, .unclear),
    ]) func `what is no plain question is passed by, with the reason`(_ request: String, _ reason: SemanticBypass) throws {
        #expect(try read(request) == .bypassed(reason))
    }

    @Test(arguments: [
        ("image_url", SemanticBypass.notText), ("input_audio", .notText), ("file", .notText), ("image", .notText),
        ("document", .notText), ("search_result", .notText), ("tool_result", .tools), ("tool_use", .tools), ("new", .notText),
    ]) func `one part that is not text is enough`(_ type: String, _ reason: SemanticBypass) throws {
        let content = #"[{"type":"text","text":"a"},{"type":"\#(type)","text":"x"}]"#
        #expect(try read(asking(content)) == .bypassed(reason))
        #expect(try read(asking(content), .messages) == .bypassed(reason))
        #expect(try read(asking(#"[{"type":"text","text":"a","citations":{}}]"#)) == .bypassed(.notText))
    }

    @Test func `the longest text is 2,000 bytes`() throws {
        #expect(try text(asking("\"\(String(repeating: "é", count: 1000))  \"")) != nil)
        #expect(try read(asking("\"\(String(repeating: "é", count: 1000))a\"")) == .bypassed(.longText))
    }

    @Test func `other operations are passed by, and a high temperature can be allowed`() throws {
        #expect(try read(asking(#""a""#), .models) == .bypassed(.operation))
        let request = asking(#""a""#, with: #","temperature":1.5"#)
        #expect(try read(request, allowsHighTemperature: true) != .bypassed(.highTemperature))
        #expect(try text(asking(#""a""#, with: #","temperature":1,"n":1"#)) == "a")
    }

    @Test func `the partition holds all but the text`() throws {
        let own = try partition(asking(#""one question""#))
        #expect(own != nil)
        #expect(try partition(asking(#""another""#)) == own)
        #expect(try partition(asking(#"[{"type":"text","text":"parts"}]"#)) == own)
        #expect(try partition(asking(#""a""#, with: #","stream":true,"user":"u","model":"m""#)) == own)
        var partitions = Set([own])
        for (before, with) in [
            (#"{"role":"system","content":"s"},"#, ""), (#"{"role":"developer","content":"s"},"#, ""),
            (#"{"role":"system","content":"t"},"#, ""),
            (#"{"role":"user","content":"x"},{"role":"assistant","content":"y"},"#, ""),
            ("", #","temperature":1"#), ("", #","temperature":0"#), ("", #","max_tokens":5"#), ("", #","tools":[]"#),
            ("", #","system":"s""#),
            ("", #","response_format":{"type":"json_object"}"#), ("", #","unheard_of":null"#), ("", #","n":1"#),
        ] {
            #expect(partitions.insert(try partition(asking(#""a""#, before: before, with: with))).inserted, "\(before)\(with)")
        }
        #expect(partitions.insert(try partition(#"{"messages":[{"role":"user","content":"a","name":"n"}]}"#)).inserted)
        #expect(partitions.insert(try partition(asking(#""a""#), .messages)).inserted)
        #expect(try key(asking(#""a""#)) != own)
    }

    @Test func `any change outside of the last text changes the partition`() throws {
        var requests = KeyRequests(random: SeededRandom(seed: 11))
        for _ in 0..<500 {
            guard case .object(var members) = requests.request(.chat), case .array(var turns)? = members.popLast()?.value else {
                continue
            }
            members.removeAll { ["n", "temperature"].contains($0.name) }
            turns[turns.count - 1] = .object(["role": .string("user"), "content": .string("x")])
            func request(_ turns: [Value], _ rest: [Value.Member]) -> Value {
                .object(rest + [Value.Member(name: "messages", value: .array(turns))])
            }
            let own = try partition(requests.spell(request(turns, members)))
            var other = turns
            other[turns.count - 1] = .object(["role": .string("user"), "content": .string("y z")])
            #expect(try own != nil && partition(requests.spell(request(other, members))) == own)
            var changed = Array(turns.dropLast())
            changed[0] = requests.change(changed[0])
            #expect(try partition(requests.spell(request(changed + [turns[turns.count - 1]], members))) != own)
        }
    }
}
