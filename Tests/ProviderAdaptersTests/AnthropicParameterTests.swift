// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import ProviderAdapters
import Testing

struct ParameterCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var model = "claude-sonnet-4-5"
    /// Members beside model and messages, and what becomes of them beside model, messages and max_tokens.
    let members: String
    let expected: String
    var dropped: [String] = []
    var betas: String?
    var maxTokens: Int?
}

struct AnthropicParameterTests {
    private static let tool = #"{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}"#
    private static let sent = #"[{"name":"f","input_schema":{"type":"object"}}]"#

    static let cases: [ParameterCase] = [
        ParameterCase(
            testDescription: "the completion limit wins", members: #""max_tokens":5,"max_completion_tokens":7"#, expected: "",
            maxTokens: 7),
        ParameterCase(
            testDescription: "sampling of an older model", model: "claude-3-5-sonnet-20241022",
            members: #""temperature":0.30,"top_p":0.9,"top_k":40,"n":1"#,
            expected: #""temperature":0.30,"top_p":0.9,"top_k":40"#),
        ParameterCase(
            testDescription: "a temperature above the scale is its end, and named", members: #""temperature":1.8"#,
            expected: #""temperature":1"#,
            dropped: ["temperature"]),
        ParameterCase(
            testDescription: "one of temperature and top_p from 4.1 on", members: #""temperature":0.5,"top_p":0.9"#,
            expected: #""temperature":0.5"#, dropped: ["top_p"]),
        ParameterCase(
            testDescription: "no sampling from 4.7 on", model: "claude-opus-4-7",
            members: #""temperature":0.5,"top_p":0.9,"top_k":1"#,
            expected: "", dropped: ["temperature", "top_p", "top_k"]),
        ParameterCase(
            testDescription: "what has no counterpart is named, what says nothing is not",
            members: #"""
                "n":2,"seed":7,"presence_penalty":0.1,"frequency_penalty":0.2,"logit_bias":{"1":2},"logprobs":true,
                "top_logprobs":3,"store":false,
                "foo":1,"prediction":null,"modalities":["text"],"functions":[{"name":"f"}],"function_call":"auto",
                "parallel_tool_calls":true
                """#,
            expected: "",
            dropped: [
                "n", "seed", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "foo",
                "modalities", "functions",
                "function_call",
            ]),
        ParameterCase(testDescription: "one stop is a list", members: #""stop":"END""#, expected: #""stop_sequences":["END"]"#),
        ParameterCase(
            testDescription: "blank stops are left out and named", members: #""stop":["a","\n"]"#,
            expected: #""stop_sequences":["a"]"#,
            dropped: ["stop"]),
        ParameterCase(
            testDescription: "the user, and other metadata by name", members: #""user":"u1","metadata":{"a":"b","user_id":"u1"}"#,
            expected: #""metadata":{"user_id":"u1"}"#, dropped: ["metadata.a"]),
        ParameterCase(
            testDescription: "a second user is named", members: #""metadata":{"user_id":"m"},"safety_identifier":"s""#,
            expected: #""metadata":{"user_id":"m"}"#, dropped: ["safety_identifier"]),
        ParameterCase(
            testDescription: "the default tier is the standard one", members: #""service_tier":"default""#,
            expected: #""service_tier":"standard_only""#),
        ParameterCase(
            testDescription: "a tier that can't be asked for", members: #""service_tier":"flex""#, expected: "",
            dropped: ["service_tier"]),
        ParameterCase(
            testDescription: "tools, their cache_control and strict, and a schema without a type",
            members: #"""
                "tools":[{"type":"function","function":{"name":"f","description":"d","strict":true,
                "parameters":{"properties":{}}},"cache_control":{"type":"ephemeral"}},
                {"type":"function","function":{"name":"now","x":1},"defer_loading":true},{"type":"web_search_20250305",
                "name":"web_search","max_uses":2}],
                "tool_choice":"required"
                """#,
            expected: #"""
                "tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{}},"strict":true,
                "cache_control":{"type":"ephemeral"}},
                {"name":"now","input_schema":{"type":"object","properties":{}},"defer_loading":true},
                {"type":"web_search_20250305","name":"web_search","max_uses":2}],
                "tool_choice":{"type":"any"}
                """#, dropped: ["tools[].function.x"]),
        ParameterCase(
            testDescription: "Portkey's form of a native tool, with its beta",
            members:
                #""tools":[{"type":"computer","computer":{"name":"computer_20250124","width":9},"cache_control":{"a":1}}]"#,
            expected:
                #""tools":[{"type":"computer_20250124","name":"computer","width":9,"cache_control":{"a":1}}]"#,
            betas: "computer-use-2025-01-24"),
        ParameterCase(
            testDescription: "a named tool, one at a time",
            members: #""tools":[\#(tool)],"tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false"#,
            expected: #""tools":\#(sent),"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}"#),
        ParameterCase(
            testDescription: "one at a time without a choice", members: #""tools":[\#(tool)],"parallel_tool_calls":false"#,
            expected: #""tools":\#(sent),"tool_choice":{"type":"auto","disable_parallel_tool_use":true}"#),
        ParameterCase(
            testDescription: "no tool may be called",
            members: #""tools":[\#(tool)],"tool_choice":"none","parallel_tool_calls":false"#,
            expected: #""tools":\#(sent),"tool_choice":{"type":"none"}"#),
        ParameterCase(
            testDescription: "a choice without tools is named",
            members: #""tools":[],"tool_choice":"auto","parallel_tool_calls":false"#,
            expected: "", dropped: ["tool_choice", "parallel_tool_calls"]),
        ParameterCase(
            testDescription: "a choice among some has no counterpart",
            members: #""tools":[\#(tool)],"tool_choice":{"type":"allowed_tools"}"#,
            expected: #""tools":\#(sent)"#, dropped: ["tool_choice"]),
        ParameterCase(
            testDescription: "a schema for the answer",
            members:
                #""response_format":{"type":"json_schema","json_schema":{"name":"r","strict":true,"schema":{"type":"object"}}}"#,
            expected: #""output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}"#),
        ParameterCase(
            testDescription: "any JSON is named, plain text is nothing", members: #""response_format":{"type":"json_object"}"#,
            expected: "",
            dropped: ["response_format"]),
        ParameterCase(
            testDescription: "parameters of the provider's own, with the betas they need",
            members: #"""
                "thinking":{"type":"disabled"},"container":"c","mcp_servers":[{"name":"m"}],
                "context_management":{"edits":[{"type":"compact_20260112"}]},
                "cache_control":{"type":"ephemeral"},"system":"S"
                """#,
            expected: #"""
                "thinking":{"type":"disabled"},"container":"c","mcp_servers":[{"name":"m"}],
                "context_management":{"edits":[{"type":"compact_20260112"}]},
                "cache_control":{"type":"ephemeral"},"system":[{"type":"text","text":"S"}]
                """#, betas: "mcp-client-2025-04-04,context-management-2025-06-27,compact-2026-01-12"),
        ParameterCase(
            testDescription: "a stream", members: #""stream":true,"stream_options":{"include_usage":true}"#,
            expected: #""stream":true"#),
    ]

    @Test(arguments: cases)
    func `parameters are translated`(_ example: ParameterCase) throws { try Self.check(example) }

    static func check(_ example: ParameterCase) throws {
        let result = try Anthropic.encode(
            #"{"model":"\#(example.model)","messages":[{"role":"user","content":"u"}],\#(example.members)}"#)
        var body = result.body
        let limit = body.removeValue(forKey: "max_tokens") as? Int
        body["model"] = nil
        body["messages"] = nil
        #expect(Anthropic.text(body) == (try Anthropic.text(json: "{\(example.expected)}")))
        #expect(Set(result.dropped) == Set(example.dropped) && result.dropped.count == example.dropped.count)
        #expect(result.encoded.fields.first { $0.name == "anthropic-beta" }?.value == example.betas)
        if let expected = example.maxTokens { #expect(limit == expected) }
    }

    @Test func `the header fields are the provider's and the content type`() throws {
        let encoded = try Anthropic.encode(#"{"model":"claude-3-haiku-20240307","messages":[{"role":"user","content":"u"}]}"#)
            .encoded
        #expect(encoded.path == "/messages")
        #expect(encoded.fields == [HTTPField("anthropic-version", "2023-06-01"), HTTPField("content-type", "application/json")])
    }

    @Test func `a native call keeps its bytes, but for a model that an alias stood for`() throws {
        let body = #"{ "model" : "claude-3.5-sonnet", "messages":[], "x": 1.0, "x":2 }"#
        let escaped = #"{"model":"claude\u002d3"}"#
        let untouched = try Anthropic.dialect.encode(Anthropic.call(escaped, operation: .messages))
        #expect(Array(untouched.body) == Array(escaped.utf8))
        let same = try Anthropic.dialect.encode(Anthropic.call(body, operation: .messages))
        #expect(Array(same.body) == Array(body.utf8) && same.droppedParams.isEmpty)
        let other = try Anthropic.dialect.encode(Anthropic.call(body, operation: .messages, model: "claude-3-5-sonnet-20241022"))
        #expect(
            String(decoding: other.body, as: UTF8.self)
                == #"{ "model" : "claude-3-5-sonnet-20241022", "messages":[], "x": 1.0, "x":2 }"#)
    }
}
