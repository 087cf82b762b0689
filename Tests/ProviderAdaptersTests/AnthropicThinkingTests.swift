// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import ProviderAdapters
import Testing

struct AnthropicThinkingTests {
    private static let tool = #""tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]"#
    private static let sent = #""tools":[{"name":"f","input_schema":{"type":"object"}}]"#

    static let cases: [ParameterCase] = [
        ParameterCase(
            testDescription: "an effort is adaptive thinking from 4.6 on", model: "claude-sonnet-4-6",
            members: #""reasoning_effort":"medium""#,
            expected: #""thinking":{"type":"adaptive"},"output_config":{"effort":"medium"}"#),
        ParameterCase(
            testDescription: "the level above high is not known to 4.6", model: "claude-opus-4-6",
            members: #""reasoning_effort":"xhigh""#,
            expected: #""thinking":{"type":"adaptive"},"output_config":{"effort":"high"}"#),
        ParameterCase(
            testDescription: "but to 4.7", model: "claude-opus-4-7", members: #""reasoning_effort":"xhigh""#,
            expected: #""thinking":{"type":"adaptive"},"output_config":{"effort":"xhigh"}"#),
        ParameterCase(
            testDescription: "an effort and a schema share output_config", model: "claude-opus-5",
            members: #"""
                "reasoning_effort":"minimal","output_config":{"x":1},
                "response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object"}}}
                """#,
            expected: #"""
                "thinking":{"type":"adaptive"},"output_config":{"x":1,"effort":"low","format":{"type":"json_schema",
                "schema":{"type":"object"}}}
                """#),
        ParameterCase(
            testDescription: "the caller's own output_config wins", model: "claude-sonnet-4-6",
            members: #""reasoning_effort":"low","output_config":{"effort":"high"}"#,
            expected: #""thinking":{"type":"adaptive"},"output_config":{"effort":"high"}"#, dropped: ["reasoning_effort"]),
        ParameterCase(
            testDescription: "a forced tool leaves the effort alone", model: "claude-sonnet-4-6",
            members: #""reasoning_effort":"low",\#(tool),"tool_choice":"required""#,
            expected: #""output_config":{"effort":"low"},\#(sent),"tool_choice":{"type":"any"}"#),
        ParameterCase(
            testDescription: "an effort is a budget before 4.6", model: "claude-sonnet-4-5",
            members: #""reasoning_effort":"low","max_tokens":10000"#,
            expected: #""thinking":{"type":"enabled","budget_tokens":2000}"#, maxTokens: 10_000),
        ParameterCase(
            testDescription: "a budget has a smallest size", model: "claude-3-7-sonnet-20250219",
            members: #""reasoning_effort":"low","max_tokens":1100"#,
            expected: #""thinking":{"type":"enabled","budget_tokens":1024}"#),
        ParameterCase(
            testDescription: "and a largest", model: "claude-opus-4-1", members: #""reasoning_effort":"high","max_tokens":64000"#,
            expected: #""thinking":{"type":"enabled","budget_tokens":32000}"#),
        ParameterCase(
            testDescription: "no room for a budget", model: "claude-sonnet-4-0",
            members: #""reasoning_effort":"high","max_tokens":1024"#,
            expected: "", dropped: ["reasoning_effort"]),
        ParameterCase(
            testDescription: "a budget does not go with a forced tool",
            members: #""reasoning_effort":"high",\#(tool),"tool_choice":"required""#,
            expected: #"\#(sent),"tool_choice":{"type":"any"}"#, dropped: ["reasoning_effort"]),
        ParameterCase(
            testDescription: "no thinking before 3.7", model: "claude-3-5-haiku-latest", members: #""reasoning_effort":"high""#,
            expected: "",
            dropped: ["reasoning_effort"]),
        ParameterCase(
            testDescription: "none is nothing where thinking is asked for", model: "claude-opus-4-6",
            members: #""reasoning_effort":"none""#, expected: ""),
        ParameterCase(
            testDescription: "none switches off where it is on", model: "claude-opus-5", members: #""reasoning_effort":"none""#,
            expected: #""thinking":{"type":"disabled"}"#),
        ParameterCase(
            testDescription: "none is named where it can't be", model: "claude-fable-5", members: #""reasoning_effort":"none""#,
            expected: "",
            dropped: ["reasoning_effort"]),
        ParameterCase(
            testDescription: "thinking wants the default sampling",
            members: #""thinking":{"type":"enabled","budget_tokens":1024},"temperature":0.2,"top_k":3,"top_p":0.5"#,
            expected: #""thinking":{"type":"enabled","budget_tokens":1024}"#, dropped: ["temperature", "top_k", "top_p"]),
        ParameterCase(
            testDescription: "which may be said",
            members: #""thinking":{"type":"enabled","budget_tokens":1024},"temperature":1.0"#,
            expected: #""thinking":{"type":"enabled","budget_tokens":1024},"temperature":1.0"#),
        ParameterCase(
            testDescription: "an effort beside the caller's own thinking", model: "claude-sonnet-4-6",
            members: #""thinking":{"type":"adaptive","display":"omitted"},"reasoning_effort":"low""#,
            expected: #""thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"low"}"#),
    ]

    @Test(arguments: cases)
    func `thinking is asked for as the model takes it`(_ example: ParameterCase) throws {
        try AnthropicParameterTests.check(example)
    }

    @Test func `a budget is not asked for in the middle of a tool turn without its thinking`() throws {
        func thinks(_ assistant: String) throws -> Bool {
            let request = #"""
                {"model":"claude-sonnet-4-5","reasoning_effort":"low","messages":[{"role":"user","content":"u"},
                 {"role":"assistant",\#(assistant)"tool_calls":[{"id":"c","type":"function","function":{"name":"f",
                 "arguments":"{}"}}]},
                 {"role":"tool","tool_call_id":"c","content":"x"}]}
                """#
            let result = try Anthropic.encode(request)
            #expect(result.dropped.contains("reasoning_effort") == (result.body["thinking"] == nil))
            return result.body["thinking"] != nil
        }
        #expect(try !thinks(""))
        #expect(try thinks(#""content_blocks":[{"type":"thinking","thinking":"h","signature":"s"}],"#))
    }

    @Test(arguments: [
        ("claude-2.1", 4096), ("claude-instant-1.2", 4096), ("claude-3-opus-20240229", 4096), ("claude-3-haiku-20240307", 4096),
        ("claude-3-5-sonnet-20241022", 8192), ("claude-3.5-sonnet", 8192), ("claude-3-7-sonnet-latest", 32_000),
        ("claude-opus-4-20250514", 32_000), ("claude-sonnet-4-0", 32_000), ("claude-opus-4-1-20250805", 32_000),
        ("claude-4-5-haiku", 64_000),
        ("claude-haiku-4-5@20251001", 64_000), ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 64_000),
        ("claude-opus-5", 64_000),
        ("claude-mythos-preview", 64_000), ("glm-4.6", 8192), ("", 8192),
    ])
    func `max_tokens has a default that the model takes`(_ model: String, _ expected: Int) throws {
        #expect(AnthropicDialect.defaultMaxTokens(for: model) == expected)
        let request = #"{"model":"\#(model)","messages":[{"role":"user","content":"u"}],"max_tokens":null}"#
        #expect(try Anthropic.encode(request).body["max_tokens"] as? Int == expected)
    }
}
