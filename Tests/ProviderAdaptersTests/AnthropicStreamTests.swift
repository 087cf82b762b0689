// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import ProviderAdapters
import Testing

struct AnthropicStreamTests {
    private static let start =
        #"{"type":"message_start","message":{"id":"msg_1","model":"claude-x","#
        + #""usage":{"input_tokens":5,"cache_read_input_tokens":10,"output_tokens":1}}}"#
    private static let end = [
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":7}}"#,
        #"{"type":"message_stop"}"#,
    ]

    private func stream(_ events: [String], _ members: String = "", strict: Bool = false) throws -> Anthropic.Streamed {
        let call = try Anthropic.call(#"{"model":"asked","stream":true\#(members)}"#, strict: strict)
        return Anthropic.stream(Anthropic.sse(events), of: call)
    }

    private func delta(_ index: Int, _ delta: String) -> String {
        #"{"type":"content_block_delta","index":\#(index),"delta":\#(delta)}"#
    }

    private func start(_ index: Int, _ block: String) -> String {
        #"{"type":"content_block_start","index":\#(index),"content_block":\#(block)}"#
    }

    private func stop(_ index: Int) -> String { #"{"type":"content_block_stop","index":\#(index)}"# }

    /// The deltas of all chunks with one, as JSON.
    private func deltas(_ streamed: Anthropic.Streamed) -> [String] {
        streamed.objects.compactMap { (($0["choices"] as? [[String: Any]])?.first?["delta"]).map { Anthropic.text($0) } }
    }

    @Test func `a text stream is OpenAI's, chunk for chunk`() throws {
        let result = try stream(
            [
                Self.start, #"{"type": "ping"}"#, start(0, #"{"type":"text","text":""}"#),
                delta(0, #"{"type":"text_delta","text":"H\u00e9l"}"#),
                delta(0, #"{"type":"text_delta","text":""}"#), delta(0, #"{"type":"text_delta","text":"lo"}  "#), stop(0),
            ] + Self.end)
        let head =
            #"{"id":"msg_1","object":"chat.completion.chunk","created":1700000000,"model":"claude-x","#
            + #""choices":[{"index":0,"delta":"#
        let expected = [
            head + #"{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}"#,
            head + #"{"content":"H\u00e9l"},"logprobs":null,"finish_reason":null}]}"#,
            head + #"{"content":"lo"},"logprobs":null,"finish_reason":null}]}"#,
            head
                + #"{},"logprobs":null,"finish_reason":"stop","stop_reason":"end_turn"}],"#
                + #""usage":{"prompt_tokens":15,"completion_tokens":7,"total_tokens":22,"#
                + #""prompt_tokens_details":{"cached_tokens":10},"cache_read_input_tokens":10}}"#,
        ]
        #expect(result.chunks.map { String(decoding: $0, as: UTF8.self) } == expected)
        #expect(result.batch.finished && result.batch.failure == nil && result.batch.model == "claude-x")
        #expect(result.batch.usage == Usage(inputTokens: 15, outputTokens: 7, cacheReadInputTokens: 10))
    }

    @Test func `usage that was asked for comes last and once`() throws {
        let result = try stream([Self.start] + Self.end, #","stream_options":{"include_usage":true}"#)
        let last = try #require(result.objects.last)
        #expect((last["choices"] as? [Any])?.isEmpty ?? false)
        #expect((last["usage"] as? [String: Any])?["total_tokens"] as? Int == 22)
        #expect(result.objects.count { $0["usage"] != nil } == 1)
    }

    @Test func `parallel tools count up, and one without input pieces has what it began with`() throws {
        let result = try stream(
            [
                Self.start, start(1, #"{"type":"tool_use","id":"t1","name":"f","input":{}}"#),
                delta(1, #"{"type":"input_json_delta","partial_json":""}"#),
                delta(1, #"{"type":"input_json_delta","partial_json":"{\"a\":"}"#),
                delta(1, #"{"type":"input_json_delta","partial_json":"1}"}"#), stop(1),
                start(2, #"{"type":"tool_use","id":"t2","name":"g","input":{}}"#), stop(2),
                start(3, #"{"type":"tool_use","id":"t3","name":"h","input":{"b": 2}}"#),
            ] + Self.end)
        let answer = AssembledAnswer(chunks: result.objects)
        #expect(answer.calls.map(\.arguments) == [#"{"a":1}"#, "{}", #"{"b":2}"#])
        #expect(answer.calls.map(\.id) == ["t1", "t2", "t3"] && answer.calls.map(\.name) == ["f", "g", "h"])
        #expect(
            deltas(result)[1]
                == #"{"tool_calls":[{"function":{"arguments":"","name":"f"},"id":"t1","index":0,"type":"function"}]}"#)
        #expect(deltas(result)[2] == #"{"tool_calls":[{"function":{"arguments":"{\"a\":"},"index":0}]}"#)
        #expect(!deltas(result).contains { $0.contains("content_blocks") })
    }

    private var thinkingEvents: [String] {
        [
            Self.start, start(0, #"{"type":"thinking","thinking":"","signature":""}"#),
            delta(0, #"{"type":"thinking_delta","thinking":"hm"}"#),
            delta(0, #"{"type":"signature_delta","signature":"sig"}"#), stop(0),
            start(1, #"{"type":"redacted_thinking","data":"zz"}"#), stop(1),
            start(2, #"{"type":"text","text":""}"#), delta(2, #"{"type":"text_delta","text":"A"}"#), stop(2),
        ] + Self.end
    }

    @Test func `thinking comes as reasoning_content, and its blocks as pieces`() throws {
        let result = deltas(try stream(thinkingEvents))
        #expect(
            result == [
                #"{"content":"","role":"assistant"}"#,
                #"{"content_blocks":[{"delta":{"signature":"","thinking":"","type":"thinking"},"index":0}]}"#,
                #"{"content_blocks":[{"delta":{"thinking":"hm"},"index":0}],"reasoning_content":"hm"}"#,
                #"{"content_blocks":[{"delta":{"signature":"sig"},"index":0}]}"#,
                #"{"content_blocks":[{"delta":{"data":"zz","type":"redacted_thinking"},"index":1}]}"#,
                #"{"content_blocks":[{"delta":{"text":"","type":"text"},"index":2}]}"#,
                #"{"content":"A","content_blocks":[{"delta":{"text":"A"},"index":2}]}"#, "{}",
            ])
    }

    @Test func `a strict stream leaves thinking out`() throws {
        #expect(
            deltas(try stream(thinkingEvents, strict: true)) == [
                #"{"content":"","role":"assistant"}"#, #"{"content":"A"}"#, "{}",
            ])
    }

    @Test func `a server's tool is shown as blocks, its citations as annotations too`() throws {
        let citation = #"{"type":"web_search_result_location","url":"https://h","title":"T","encrypted_index":"e"}"#
        let result = deltas(
            try stream(
                [
                    Self.start, start(0, #"{"type":"text","text":"Let"}"#), stop(0),
                    start(1, #"{"type":"server_tool_use","id":"s","name":"web_search","input":{}}"#),
                    delta(1, #"{"type":"input_json_delta","partial_json":"{}"}"#), stop(1),
                    start(2, #"{"type":"web_search_tool_result","tool_use_id":"s","content":[]}"#),
                    stop(2), start(3, #"{"citations":[],"type":"text","text":""}"#),
                    delta(3, #"{"type":"citations_delta","citation":\#(citation)}"#),
                    delta(3, #"{"type":"text_delta","text":"yes"}"#), stop(3),
                ] + Self.end))
        #expect(
            result == [
                #"{"content":"","role":"assistant"}"#, #"{"content":"Let"}"#,
                #"{"content_blocks":[{"delta":{"id":"s","input":{},"name":"web_search","type":"server_tool_use"},"index":1}]}"#,
                #"{"content_blocks":[{"delta":{"partial_json":"{}"},"index":1}]}"#,
                #"{"content_blocks":[{"delta":{"content":[],"tool_use_id":"s","type":"web_search_tool_result"},"index":2}]}"#,
                #"{"content_blocks":[{"delta":{"citations":[],"text":"","type":"text"},"index":3}]}"#,
                #"{"content_blocks":[{"delta":{"citation":\#(try Anthropic.text(json: citation))},"index":3}]}"#,
                #"{"content":"yes","content_blocks":[{"delta":{"text":"yes"},"index":3}]}"#,
                #"{"annotations":[{"type":"url_citation","#
                    + #""url_citation":{"end_index":6,"start_index":3,"title":"T","url":"https:\/\/h"}}]}"#,
                "{}",
            ])
    }

    @Test(arguments: [
        ("overloaded_error", 529, true), ("rate_limit_error", 429, true), ("api_error", 500, true), ("timeout_error", 504, true),
        ("invalid_request_error", 400, false), ("authentication_error", 401, false), ("permission_error", 403, false),
        ("not_found_error", 404, false), ("request_too_large", 413, false), ("new_error", 502, true),
    ])
    func `an error inside a stream is its failure`(_ type: String, _ status: Int, _ retryable: Bool) throws {
        let body = #"{"type":"error","error":{"type":"\#(type)","message":"m"}}"#
        for operation in [GatewayModel.Operation.chat, .messages] {
            let call = try Anthropic.call(#"{"model":"m","stream":true}"#, operation: operation)
            let result = Anthropic.stream(Anthropic.sse([Self.start, body, Self.end[1]]), of: call)
            #expect(result.chunks.count == 1 && !result.batch.finished)
            let failure = try #require(result.batch.failure)
            #expect(failure.code == .upstreamError && failure.status == status && failure.retryable == retryable)
            #expect(failure.providerError == Array(body.utf8))
        }
    }

    @Test func `a stream that is cut says so`() throws {
        let whole = Anthropic.sse(
            [Self.start, start(0, #"{"type":"text","text":""}"#), delta(0, #"{"type":"text_delta","text":"A"}"#)] + Self.end)
        let call = try Anthropic.call(#"{"model":"m","stream":true}"#)
        // The last event counts without its blank line.
        #expect(Anthropic.stream(Array(whole.dropLast(2)), of: call).batch.finished)
        let cut = Anthropic.stream(Array(whole.dropLast(12)), of: call)
        #expect(!cut.batch.finished && cut.batch.failure == nil && cut.chunks.count == 3)
    }

    @Test func `an event that is not JSON is a failure`() throws {
        let result = try stream([Self.start, "{oops", Self.end[1]])
        #expect(result.batch.failure?.status == 502 && !result.batch.finished && result.chunks.count == 1)
    }

    @Test func `events of odd forms are passed over`() throws {
        let result = try stream(
            [
                "[]", "7", #"{"type":"content_block_delta"}"#, #"{"type":"content_block_start","index":"x"}"#,
                #"{"type":"message_start"}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":7}}"#,
                #"{"type":"content_block_stop"}"#,
                #"{"type":"message_delta"}"#, #"{"type":"something_new"}"#,
                start(0, "{\"type\":\"tool_use\",\"id\":[\"\"],\"name\":7}"), #"{"type":"message_stop"}"#,
            ])
        #expect(result.batch.finished && result.batch.failure == nil)
        #expect(AssembledAnswer(chunks: result.objects).finish == "stop")
    }

    @Test func `no piece of a stream holds a line break`() throws {
        let events = [
            "{\"type\":\ndata: \"message_start\",\ndata: \"message\":{\"id\":\"m\",\ndata: \"model\":\"x\"}}",
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":\ndata: {\"type\":\"x\",\ndata: \"input\":{}}}",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\ndata: \"end_turn\",\"stop_details\":{\ndata: }},"
                + "\"usage\":{\"x\":{\ndata: }}}",
        ]
        for operation in [GatewayModel.Operation.chat, .messages] {
            let call = try Anthropic.call(#"{"model":"m","stream":true}"#, operation: operation)
            let result = Anthropic.stream(Anthropic.sse(events), of: call)
            #expect(result.chunks.count >= 3 && result.chunks.allSatisfy { !$0.contains(0x0A) })
            #expect(result.objects.allSatisfy { !$0.isEmpty })
        }
    }
}
