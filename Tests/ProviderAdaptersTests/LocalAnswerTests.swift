// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

/// The script of an answer, in a form that can be compared.
func script(_ body: String, path: String = "/chat/completions") -> [String] {
    localAnswer(to: Array(body.utf8)[...], path: path, createdSeconds: 1_700_000_000).steps.map { step in
        switch step {
        case .head(let head): "\(head.status) \(head.fields.map { "\($0.name): \($0.value)" }.joined(separator: "; "))"
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .wait(let milliseconds): "wait \(milliseconds)"
        case .reset: "reset"
        case .end: "end"
        }
    }
}

struct LocalAnswerTests {
    private func request(_ model: String = "local/echo", _ more: String = "") -> String {
        let messages = #"[{"role":"system","content":"Be kind."},{"role":"user","content":"Say this is a test"}]"#
        return #"{"model":"\#(model)","messages":\#(messages)\#(more)}"#
    }

    private func object(_ text: String) throws -> NSDictionary {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
    }

    @Test func `a chat is answered in OpenAI's full shape`() throws {
        let steps = script(request())
        #expect(steps.count == 3)
        #expect(steps.first == "200 content-type: application/json")
        #expect(steps.last == "end")
        let answer = try object(steps[1])
        let id = try #require(answer["id"] as? String)
        #expect(id.hasPrefix("chatcmpl-") && id.count == 25)
        #expect(answer == [
            "id": id, "object": "chat.completion", "created": 1_700_000_000, "model": "local/echo",
            "choices": [[
                "index": 0, "finish_reason": "stop", "logprobs": NSNull(),
                "message": ["role": "assistant", "content": "You said: Say this is a test", "refusal": NSNull()],
            ]] as [[String: Any]],
            "usage": ["prompt_tokens": 7, "completion_tokens": 7, "total_tokens": 14],
        ] as NSDictionary)
    }

    @Test func `a message is answered in Anthropic's full shape`() throws {
        let messages = #"[{"role":"user","content":[{"type":"text","text":"Hi there"}]}]"#
        let body = #"{"model":"echo","max_tokens":50,"system":"Be kind.","messages":\#(messages)}"#
        let answer = try object(script(body, path: "/messages")[1])
        #expect(answer == [
            "id": try #require(answer["id"] as? String), "type": "message", "role": "assistant", "model": "local/echo",
            "content": [["type": "text", "text": "You said: Hi there"]], "stop_reason": "end_turn", "stop_sequence": NSNull(),
            "usage": ["input_tokens": 4, "output_tokens": 4],
        ] as NSDictionary)
    }

    @Test func `the same request gets the same answer and another one another id`() {
        #expect(script(request()) == script(request()))
        #expect(script(request()) != script(request("local/echo", #","seed":1"#)))
    }

    @Test func `a stream is the role, the pieces, the finish, the usage and DONE`() throws {
        let steps = script(request("local/echo", #","stream":true,"stream_options":{"include_usage":true}"#))
        #expect(steps.first == "200 content-type: text/event-stream")
        let outcome = StreamOutcome(steps.dropFirst().dropLast().joined())
        let chunks = try outcome.chunks.map(object)
        let deltas = chunks.compactMap { (($0["choices"] as? [NSDictionary])?.first)?["delta"] as? NSDictionary }
        #expect(deltas.first == ["role": "assistant", "content": ""] as NSDictionary)
        #expect(deltas.compactMap { $0["content"] as? String }.joined() == "You said: Say this is a test")
        #expect(deltas.count == 9)
        #expect((chunks.last?["choices"] as? [Any])?.isEmpty == true)
        #expect(chunks.first?["usage"] is NSNull)
        #expect(outcome.usage == Usage(inputTokens: 7, outputTokens: 7))
        #expect(outcome.model == "local/echo")
        #expect(outcome.finished)
        #expect(steps.suffix(2) == ["data: [DONE]\n\n", "end"])
    }

    @Test func `a stream has no usage unless it is asked for`() {
        let steps = script(request("local/echo", #","stream":true"#))
        #expect(!steps.joined().contains("usage"))
        #expect(StreamOutcome(steps.dropFirst().dropLast().joined()).finished)
    }

    @Test func `a message streams as Anthropic's events, which say what the whole answer says`() throws {
        let body = #"{"model":"local/echo","max_tokens":3,"stream":true,"messages":[{"role":"user","content":"one two three"}]}"#
        let steps = script(body, path: "/messages")
        var decoder = SSEDecoder()
        decoder.receive(Array(steps.dropFirst().dropLast().joined().utf8))
        var events: [NSDictionary] = []
        while let event = decoder.next() {
            let value = try object(String(decoding: event.data, as: UTF8.self))
            #expect(value["type"] as? String == String(decoding: event.name, as: UTF8.self))
            events.append(value)
        }
        #expect(events.compactMap { $0["type"] as? String } == [
            "message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_delta",
            "content_block_stop", "message_delta", "message_stop",
        ])
        #expect(events.compactMap { ($0["delta"] as? NSDictionary)?["text"] as? String }.joined() == "You said: one")
        #expect(events[6]["delta"] as? NSDictionary == ["stop_reason": "max_tokens", "stop_sequence": NSNull()] as NSDictionary)
        #expect(events[6]["usage"] as? NSDictionary == ["output_tokens": 3] as NSDictionary)
    }

    @Test(arguments: ["max_tokens", "max_completion_tokens"])
    func `the length that is asked for is kept`(_ name: String) throws {
        let answer = try object(script(request("local/echo", #","\#(name)":4"#))[1])
        let choice = try #require((answer["choices"] as? [NSDictionary])?.first)
        #expect(choice["finish_reason"] as? String == "length")
        #expect((choice["message"] as? NSDictionary)?["content"] as? String == "You said: Say this")
        #expect((answer["usage"] as? NSDictionary)?["completion_tokens"] as? Int == 4)
    }

    private static let tools =
        #","tools":[{"type":"function","function":{"name":"first"}},{"type":"function","function":{"name":"second"}}]"#

    @Test(arguments: [
        (#","tool_choice":"required""#, "first"), (#","tool_choice":{"type":"function","function":{"name":"second"}}"#, "second"),
        (#","tool_choice":"auto""#, nil), (#","tool_choice":"none""#, nil), ("", nil),
    ])
    func `a tool is called where one must be`(_ choice: String, _ tool: String?) throws {
        for stream in ["", #","stream":true"#] {
            let text = script(request("local/echo", Self.tools + choice + stream)).joined()
            #expect(text.contains(#""finish_reason":"tool_calls""#) == (tool != nil))
            #expect(text.contains(#""name":"\#(tool ?? "?")""#) == (tool != nil))
            #expect(text.contains(#""arguments":"{}""#) == (tool != nil))
        }
    }

    @Test func `a tool is called in Anthropic's form too`() throws {
        let tools = #""tools":[{"name":"a","input_schema":{}}],"tool_choice":{"type":"any"}"#
        let body = #"{"model":"local/echo","max_tokens":9,\#(tools),"messages":[{"role":"user","content":"x"}]"#
        let answer = try object(script(body + "}", path: "/messages")[1])
        let block = try #require((answer["content"] as? [NSDictionary])?.first)
        #expect(block["type"] as? String == "tool_use")
        #expect(block["name"] as? String == "a")
        #expect(block["input"] as? NSDictionary == [:])
        #expect(answer["stop_reason"] as? String == "tool_use")
        #expect(script(body + #","stream":true}"#, path: "/messages").joined().contains(#""partial_json":"{}""#))
    }

    @Test func `text in parts and a last message of another role`() throws {
        let parts = #"[{"type":"text","text":"a b"},{"type":"image_url","image_url":{"url":"x"}},{"type":"text","text":"c"}]"#
        let later = #"{"role":"assistant","content":null},{"role":"tool","content":"42"}"#
        let answer = script(#"{"messages":[{"role":"user","content":\#(parts)},\#(later)]}"#)[1]
        #expect(answer.contains(#""content":"You said: a b\nc""#))
        #expect(script(#"{"messages":[{"role":"system"}]}"#)[1].contains("You said nothing."))
    }

    @Test(arguments: ["", " ", "a", " a", "a ", " a  b\n\tc ", "Grüße 👋🏽 x"])
    func `words joined are the text`(_ text: String) {
        #expect(words(of: text).joined() == (text.allSatisfy(\.isWhitespace) ? "" : text))
    }
}
