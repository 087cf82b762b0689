// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import ProviderAdapters
import Testing

struct AnthropicAnswerTests {
    private func message(
        _ content: String, _ rest: String = #""stop_reason":"end_turn","usage":{"input_tokens":5,"output_tokens":7}"#
    ) -> String {
        #"{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":\#(content),\#(rest)}"#
    }

    private func choice(_ body: [String: Any]) -> [String: Any] { (body["choices"] as? [[String: Any]])?.first ?? [:] }

    @Test func `a text answer has OpenAI's whole shape`() throws {
        let result = try Anthropic.decode(message(#"[{"type":"text","text":"a\u0041\n"},{"type":"text","text":"b"}]"#))
        let expected = #"""
            {"id":"msg_1","object":"chat.completion","created":1700000000,"model":"claude-x","choices":[{"index":0,
             "message":{"role":"assistant","content":"aA\nb","refusal":null},"logprobs":null,"finish_reason":"stop",
             "stop_reason":"end_turn"}],
             "usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":0}}}
            """#
        #expect(try Anthropic.text(result.body) == Anthropic.text(json: expected))
        #expect(result.response.usage == Usage(inputTokens: 5, outputTokens: 7) && result.response.model == "claude-x")
    }

    @Test func `a tool's input is its arguments, byte for byte`() throws {
        let result = try Anthropic.decode(
            message(
                "[{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"f\",\"input\":{ \"n\" : 1.0,\n\"q\":\"\\\"\\u00e9\" }}]",
                #""stop_reason":"tool_use""#))
        let message = choice(result.body)["message"] as? [String: Any] ?? [:]
        #expect(message["content"] is NSNull)
        let function = ((message["tool_calls"] as? [[String: Any]])?.first?["function"]) as? [String: Any]
        #expect(function?["arguments"] as? String == "{ \"n\" : 1.0,\n\"q\":\"\\\"\\u00e9\" }")
        #expect(choice(result.body)["finish_reason"] as? String == "tool_calls")
        #expect(result.body["usage"] == nil && result.response.usage == Usage())
        #expect(!result.response.body.contains(0x0A))
    }

    @Test func `no answer holds a line break, whatever stands between its tokens`() throws {
        let content = "[\n{\"type\":\"thinking\",\r\n\"thinking\":\"h\",\"signature\":\"s\"}]"
        let response = try Anthropic.decode(message(content)).response
        #expect(!response.body.contains(0x0A) && !response.body.contains(0x0D))
        let native = try Anthropic.dialect.decode(Array(message(content).utf8), of: Anthropic.call("{}", operation: .messages))
        #expect(native.body.count == message(content).utf8.count && !native.body.contains(0x0A))
    }

    @Test func `thinking is reasoning_content and stays signed in content_blocks, but not in strict form`() throws {
        let content =
            #"[{"type":"thinking","thinking":"h\u006d","signature":"s"},{"type":"redacted_thinking","data":"z"},"#
            + #"{"type":"text","text":"A"}]"#
        let lenient = choice(try Anthropic.decode(message(content)).body)["message"] as? [String: Any] ?? [:]
        #expect(lenient["reasoning_content"] as? String == "hm" && lenient["content"] as? String == "A")
        #expect(try Anthropic.text(lenient["content_blocks"]) == Anthropic.text(json: content))
        let strict = choice(try Anthropic.decode(message(content), strict: true).body)
        #expect(
            Set((strict["message"] as? [String: Any] ?? [:]).keys) == ["role", "content", "refusal"]
                && strict["stop_reason"] == nil)
    }

    @Test(arguments: [
        ("end_turn", "stop"), ("stop_sequence", "stop"), ("pause_turn", "stop"), ("tool_use", "tool_calls"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"), ("refusal", "content_filter"), ("something_new", "stop"),
    ])
    func `stop reasons have OpenAI's word, and keep their own`(_ native: String, _ expected: String) throws {
        let body = message(
            #"[{"type":"text","text":"x"}]"#, #""stop_reason":"\#(native)","stop_sequence":"END","stop_details":{"type":"t"}"#)
        let result = choice(try Anthropic.decode(body).body)
        #expect(result["finish_reason"] as? String == expected && result["stop_reason"] as? String == native)
        #expect(result["stop_sequence"] as? String == "END" && result["stop_details"] != nil)
    }

    @Test func `cached tokens are part of the prompt, and what OpenAI has no place for stays`() throws {
        let usage = #"""
            "usage":{"input_tokens":5,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,"output_tokens":7,
             "cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":0},
             "output_tokens_details":{"thinking_tokens":3},
             "server_tool_use":{"web_search_requests":1},"service_tier":"standard","inference_geo":null},
             "container":{"id":"c"},"stop_reason":"end_turn"
            """#
        let result = try Anthropic.decode(message(#"[{"type":"text","text":"x"}]"#, usage))
        let expected = #"""
            {"prompt_tokens":125,"completion_tokens":7,"total_tokens":132,"prompt_tokens_details":{"cached_tokens":100},
             "completion_tokens_details":{"reasoning_tokens":3},"cache_read_input_tokens":100,"cache_creation_input_tokens":20,
             "cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":0},
             "server_tool_use":{"web_search_requests":1},
             "service_tier":"standard"}
            """#
        #expect(try Anthropic.text(result.body["usage"]) == Anthropic.text(json: expected))
        #expect(Anthropic.text(result.body["container"]) == #"{"id":"c"}"#)
        var expectedUsage = Usage(
            inputTokens: 125, outputTokens: 7, cacheReadInputTokens: 100, cacheCreationInputTokens: 20, reasoningOutputTokens: 3)
        expectedUsage.cacheCreationHourInputTokens = 0
        #expect(result.response.usage == expectedUsage)
    }

    @Test func `figures that do not fit do not crash`() throws {
        let result = try Anthropic.decode(
            message("[]", #""usage":{"input_tokens":9223372036854775807,"cache_read_input_tokens":9,"output_tokens":1e99}"#))
        #expect(result.response.usage.inputTokens == Int(Int32.max) && result.response.usage.outputTokens == nil)
        #expect((choice(result.body)["message"] as? [String: Any])?["content"] as? String == "")
    }

    @Test func `a citation of a web page is an annotation over its text`() throws {
        let content = #"""
            [{"type":"text","text":"\ud83d\ude00é "},{"type":"text","text":"ab\n","citations":[
             {"type":"web_search_result_location","url":"https://h/1","title":"T\"","encrypted_index":"x","cited_text":"c"},
             {"type":"char_location","document_title":"d"},{"type":"web_search_result_location","url":"https://h/2",
             "title":null}]},
             {"type":"text","text":"c","citations":null}]
            """#
        let result = choice(try Anthropic.decode(message(content), strict: true).body)["message"] as? [String: Any] ?? [:]
        let expected = #"""
            [{"type":"url_citation","url_citation":{"start_index":3,"end_index":6,"title":"T\"","url":"https://h/1"}},
             {"type":"url_citation","url_citation":{"start_index":3,"end_index":6,"title":"","url":"https://h/2"}}]
            """#
        #expect(try Anthropic.text(result["annotations"]) == Anthropic.text(json: expected))
        #expect((result["content"] as? String)?.unicodeScalars.count == 7)
    }

    @Test(arguments: ["", "<html>", "[]", "{}", #"{"content":7}"#, #"{"content":[}"#])
    func `an answer that is no message is an upstream error`(_ body: String) {
        let failure = #expect(throws: GatewayFailure.self) { try Anthropic.decode(body) }
        #expect(failure?.code == .upstreamError && failure?.status == 502)
    }

    @Test func `an error in place of an answer keeps its status and its body`() {
        let body = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        let failure = #expect(throws: GatewayFailure.self) { try Anthropic.decode(body) }
        #expect(failure?.status == 529 && failure?.retryable == true && failure?.providerError == Array(body.utf8))
    }

    @Test func `blocks of odd forms are carried, not read`() throws {
        let content =
            #"[{"type":"text"},{"type":"thinking","thinking":7},{"type":"tool_use"},{"text":"x"},7,{"type":"text","text":"y"}]"#
        let result = choice(try Anthropic.decode(message(content)).body)["message"] as? [String: Any] ?? [:]
        #expect(result["content"] as? String == "y")
        #expect(try Anthropic.text(result["content_blocks"]) == Anthropic.text(json: content))
        #expect((result["tool_calls"] as? [[String: Any]])?.first?["id"] as? String == "")
    }

    @Test func `the list of models has OpenAI's form`() throws {
        var call = try Anthropic.call("{}")
        call.operation = .models
        let body = #"""
            {"data":[{"type":"model","id":"claude-opus-4-5-20251101","display_name":"Claude Opus 4.5",
            "created_at":"2025-11-24T01:02:03Z"},
             {"id":"x","created_at":"soon"}],"has_more":false,"first_id":"a","last_id":"b"}
            """#
        let expected = #"""
            {"object":"list","data":[{"id":"claude-opus-4-5-20251101","object":"model","created":1763946123,
            "owned_by":"anthropic",
             "display_name":"Claude Opus 4.5","created_at":"2025-11-24T01:02:03Z"},
             {"id":"x","object":"model","created":0,"owned_by":"anthropic","created_at":"soon"}],"has_more":false,
             "first_id":"a","last_id":"b"}
            """#
        let response = try Anthropic.dialect.decode(Array(body.utf8), of: call)
        #expect(try Anthropic.text(try Anthropic.object(response.body)) == Anthropic.text(json: expected))
        #expect(!response.body.contains(0x0A))
        #expect(try Anthropic.dialect.encode(call).path == "/models")
    }
}
