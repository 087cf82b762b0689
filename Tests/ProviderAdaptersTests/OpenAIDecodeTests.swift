// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

struct OpenAIDecodeTests {
    let provider = Provider.openAICompatible(id: "plain", baseURL: "https://plain.example.com/v1")

    private func decode(_ body: String) throws -> UnifiedResponse {
        try OpenAIDialect().decode(Array(body.utf8), of: openAICall(#"{"model":"m"}"#, provider: provider))
    }

    @Test func `a body passes through with its line breaks as spaces`() throws {
        let answer = try decode("{\n  \"choices\": [],\r\n \"model\": \"m-1\", \"odd\": [1.0, \"a\\nb\"]\n}\n")
        let expected = "{   \"choices\": [],   \"model\": \"m-1\", \"odd\": [1.0, \"a\\nb\"] } "
        #expect(String(decoding: answer.body, as: UTF8.self) == expected)
        #expect(answer.model == "m-1")
        #expect(answer.usage == Usage())
    }

    @Test(arguments: [
        (#"{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}"#, Usage(inputTokens: 7, outputTokens: 3)),
        (#"{"prompt_tokens":9,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":4},"#
            + #""completion_tokens_details":{"reasoning_tokens":2}}"#,
         Usage(inputTokens: 9, outputTokens: 0, cacheReadInputTokens: 4, reasoningOutputTokens: 2)),
        (#"{"prompt_tokens":9,"completion_tokens":5,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":1}"#,
         Usage(inputTokens: 9, outputTokens: 5, cacheReadInputTokens: 8)),
        (#"{"prompt_tokens":9,"completion_tokens":5,"cached_tokens":6,"reasoning_tokens":1}"#,
         Usage(inputTokens: 9, outputTokens: 5, cacheReadInputTokens: 6, reasoningOutputTokens: 1)),
        (#"{"prompt_tokens":9,"completion_tokens":5,"cache_read_input_tokens":2,"cache_creation_input_tokens":3}"#,
         Usage(inputTokens: 9, outputTokens: 5, cacheReadInputTokens: 2, cacheCreationInputTokens: 3)),
        // xAI: reasoning stands beside completion_tokens.
        (#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":45,"completion_tokens_details":{"reasoning_tokens":30}}"#,
         Usage(inputTokens: 10, outputTokens: 35, reasoningOutputTokens: 30)),
        (#"{"prompt_tokens":10,"completion_tokens":35,"total_tokens":45,"completion_tokens_details":{"reasoning_tokens":30}}"#,
         Usage(inputTokens: 10, outputTokens: 35, reasoningOutputTokens: 30)),
        (#"{"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807,"total_tokens":-3,"reasoning_tokens":1}"#,
         Usage(inputTokens: .max, outputTokens: .max, reasoningOutputTokens: 1)),
        (#"{"prompt_tokens":-1,"completion_tokens":"3","prompt_tokens_details":[]}"#, Usage()),
        ("null", Usage()), ("[1]", Usage()),
    ])
    func `usage is read wherever providers put it`(_ usage: String, _ expected: Usage) throws {
        #expect(try decode(#"{"choices":[],"usage":\#(usage)}"#).usage == expected)
    }

    @Test(arguments: [
        (#"{"error":{"message":"No room","code":503}}"#, 503, true, "No room"),
        (#"{"error":{"message":"No room","code":"429"}}"#, 429, true, "No room"),
        (#"{"error":{"message":"Bad tool","status_code":400,"code":"tool_use_failed"}}"#, 400, false, "Bad tool"),
        (#"{"code":"Some code","error":"The model is gone"}"#, 502, true, "The model is gone"),
        (#"{"error":{"code":200}}"#, 502, true, "reported an error"),
    ])
    func `an error with status 200 is a failure`(_ body: String, _ status: Int, _ retryable: Bool, _ said: String) {
        let failure = #expect(throws: GatewayFailure.self) { try decode(body) }
        #expect(failure?.code == .upstreamError)
        #expect(failure?.status == status)
        #expect(failure?.retryable == retryable)
        #expect(failure?.message.contains(said) == true)
        #expect(failure?.providerError == Array(body.utf8))
    }

    @Test(arguments: ["", "<html>", "[]", #"{"id":1}"#, #"{"choices":[]"#, #"{"error":null}"#])
    func `a body that is no completion is a failure`(_ body: String) throws {
        let failure = #expect(throws: GatewayFailure.self) { try decode(body) }
        #expect(failure?.code == .upstreamError)
        #expect(failure?.status == 502)
        if let error = failure?.providerError { _ = try JSONDocument(error) }
    }

    @Test(arguments: [#"{"object":"list","data":[{"id":"m-1"}]}"#, #"[{"id":"m-1"}]"#])
    func `a list of models passes through`(_ body: String) throws {
        let call = try openAICall("{}", provider: provider, operation: .models)
        #expect(try OpenAIDialect().encode(call).path == "/models")
        #expect(try OpenAIDialect().encode(call).body.isEmpty)
        #expect(try OpenAIDialect().decode(Array(body.utf8), of: call).body == Array(body.utf8))
        #expect(throws: GatewayFailure.self) { try OpenAIDialect().decode(Array(#"{"error":"no"}"#.utf8), of: call) }
    }

    @Test func `choices beside an error are the caller's to judge`() throws {
        #expect(try decode(#"{"choices":[{}],"error":{"message":"partly"}}"#).body.count > 0)
    }
}
