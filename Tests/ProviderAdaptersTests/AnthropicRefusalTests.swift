// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import ProviderAdapters
import Testing

/// Content that can't be sent is an error that names where it stands.
struct AnthropicRefusalTests {
    private static let call = #"{"id":"c","type":"function","function":{"name":"f","arguments":"#
    private static let user = #"{"role":"user","content":"u"}"#

    static let cases: [(messages: String, path: String)] = [
        (
            #"[{"role":"user","content":[{"type":"text","text":"x"},{"type":"input_audio","input_audio":{"data":"AA"}}]}]"#,
            "request.messages[0].content[1]"
        ),
        (
            #"[{"role":"user","content":[{"type":"video_url","video_url":{"url":"https://h/v"}}]}]"#,
            "request.messages[0].content[0]"
        ),
        (#"[{"role":"user","content":[{"text":"x"}]}]"#, "request.messages[0].content[0].type"),
        (#"[{"role":"user","content":[{"type":"text"}]}]"#, "request.messages[0].content[0].text"),
        (
            #"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"gs://b/x.png"}}]}]"#,
            "request.messages[0].content[0]"
        ),
        (
            #"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:audio/wav;base64,AA"}}]}]"#,
            "request.messages[0].content[0]"
        ),
        (
            #"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/svg+xml,%3Csvg"}}]}]"#,
            "request.messages[0].content[0]"
        ),
        (#"[{"role":"user","content":[{"type":"image_url"}]}]"#, "request.messages[0].content[0].image_url.url"),
        (#"[{"role":"user","content":[{"type":"file","file":{}}]}]"#, "request.messages[0].content[0].file"),
        (
            #"[{"role":"user","content":[{"type":"file","file":{"file_data":"data:text/plain;base64,/w=="}}]}]"#,
            "request.messages[0].content[0]"
        ),
        (
            #"[{"role":"user","content":[{"type":"file","file":{"file_data":"AA","mime_type":"application/zip"}}]}]"#,
            "request.messages[0].content[0]"
        ),
        (#"[{"role":"user"}]"#, "request.messages[0].content"),
        (#"[{"role":"user","content":7}]"#, "request.messages[0].content"),
        (#"[{"role":"function","content":"x"}]"#, "request.messages[0].role"),
        (#"[\#(user),{"role":"tool","content":"x"}]"#, "request.messages[1].tool_call_id"),
        (#"[\#(user),{"role":"assistant","function_call":{"name":"f","arguments":"{}"}}]"#, "request.messages[1].function_call"),
        (
            #"[\#(user),{"role":"assistant","tool_calls":[\#(call)"{\"a\":"}}]}]"#,
            "request.messages[1].tool_calls[0].function.arguments"
        ),
        (
            #"[\#(user),{"role":"assistant","tool_calls":[\#(call)"[1]"}}]}]"#,
            "request.messages[1].tool_calls[0].function.arguments"
        ),
        (
            #"[\#(user),{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f"}}]}]"#,
            "request.messages[1].tool_calls[0].id"
        ),
        (
            #"[\#(user),{"role":"assistant","tool_calls":[{"id":"c","type":"custom","custom":{"name":"f"}}]}]"#,
            "request.messages[1].tool_calls[0].function"
        ),
        (
            #"[{"role":"system","content":[{"type":"image_url","image_url":{"url":"https://h/x"}}]},\#(user)]"#,
            "request.messages[0].content[0]"
        ),
        (#"[{"role":"system","content":"s"}]"#, "request.messages"),
        (#"[]"#, "request.messages"),
        (#""text""#, "request.messages"),
        (#"null"#, "request.messages"),
    ]

    @Test(arguments: cases)
    func `content that can't be sent is refused with its path`(_ messages: String, _ path: String) throws {
        let call = try Anthropic.call(#"{"model":"claude-sonnet-4-5","messages":\#(messages)}"#)
        let failure = #expect(throws: GatewayFailure.self) { try Anthropic.dialect.encode(call) }
        #expect(failure?.code == .invalidParams && failure?.path == path)
    }

    static let parameters: [(members: String, path: String)] = [
        (#""max_tokens":"many""#, "request.max_tokens"), (#""max_tokens":0"#, "request.max_tokens"),
        (#""max_completion_tokens":1.5"#, "request.max_completion_tokens"), (#""temperature":"hot""#, "request.temperature"),
        (#""top_p":[]"#, "request.top_p"), (#""stop":7"#, "request.stop"),
        (#""reasoning_effort":"huge""#, "request.reasoning_effort"),
        (#""response_format":{"type":"json_schema"}"#, "request.response_format.json_schema.schema"),
        (#""tools":[{"type":"function","function":{}}]"#, "request.tools[0].function.name"),
        (#""tools":[{"type":"custom","custom":{"format":{}}}]"#, "request.tools[0]"),
        (#""tools":[{"type":"function","function":{"name":"f","parameters":[]}}]"#, "request.tools[0].function.parameters"),
        (#""tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"some""#, "request.tool_choice"),
        (
            #""tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function"}"#,
            "request.tool_choice.function.name"
        ),
        (#""system":7"#, "request.system"),
    ]

    @Test(arguments: parameters)
    func `a parameter of the wrong form is refused with its path`(_ members: String, _ path: String) throws {
        let call = try Anthropic.call(#"{"model":"claude-sonnet-4-5","messages":[\#(Self.user)],\#(members)}"#)
        let failure = #expect(throws: GatewayFailure.self) { try Anthropic.dialect.encode(call) }
        #expect(failure?.code == .invalidParams && failure?.path == path)
    }
}
