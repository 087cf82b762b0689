// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import ProviderAdapters
import Testing

struct MessageCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Messages in OpenAI's form, and in the provider's.
    let messages: String
    let expected: String
    var dropped: [String] = []
}

struct AnthropicMessageEncodingTests {
    static let cases: [MessageCase] = [
        MessageCase(
            testDescription: "a string stays a string, whatever its escapes",
            messages: #"[{"role":"user","content":"a\u00e9\/\n\ud83d\ude00"}]"#,
            expected: #"[{"role":"user","content":"a\u00e9\/\n\ud83d\ude00"}]"#),
        MessageCase(
            testDescription: "parallel results and the text behind them are one user message",
            messages: #"""
                [{"role":"user","content":"w?"},
                 {"role":"assistant","content":"ok","tool_calls":[
                  {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1.0}"}},
                  {"id":"c2","type":"function","function":{"name":"f","arguments":""}}]},
                 {"role":"tool","tool_call_id":"c1","content":"20"},
                 {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"25"},
                  {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}],"is_error":true},
                 {"role":"user","content":"thanks"}]
                """#,
            expected: #"""
                [{"role":"user","content":"w?"},
                 {"role":"assistant","content":[{"type":"text","text":"ok"},{"type":"tool_use","id":"c1","name":"f",
                 "input":{"a": 1.0}},
                  {"type":"tool_use","id":"c2","name":"f","input":{}}]},
                 {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"20"},
                  {"type":"tool_result","tool_use_id":"c2","content":[{"type":"text","text":"25"},
                   {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}],"is_error":true},
                  {"type":"text","text":"thanks"}]}]
                """#),
        MessageCase(
            testDescription: "empty texts are left out, and messages that hold nothing else",
            messages: #"""
                [{"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"x"},{"type":"text","text":" \n"}]},
                 {"role":"assistant","content":""},{"role":"user","content":"  "},{"role":"assistant","content":"p"}]
                """#,
            expected: #"[{"role":"user","content":[{"type":"text","text":"x"}]},{"role":"assistant","content":"p"}]"#),
        MessageCase(
            testDescription: "images by URL, as text of the part too, and PDFs in an image part",
            messages: #"""
                [{"role":"user","content":[{"type":"image_url","image_url":{"url":"https:\/\/h/x.png"}},
                 {"type":"image_url","image_url":"http://h/y.jpg","cache_control":{"type":"ephemeral"}},
                 {"type":"image_url","image_url":{"url":"data:application/pdf;base64,QQ=="}}]}]
                """#,
            expected: #"""
                [{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://h/x.png"}},
                 {"type":"image","source":{"type":"url","url":"http://h/y.jpg"},"cache_control":{"type":"ephemeral"}},
                 {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"QQ=="}}]}]
                """#),
        MessageCase(
            testDescription: "files in every form become documents with their name as title",
            messages: #"""
                [{"role":"user","content":[
                 {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,QQ=="},
                 "citations":{"enabled":true}},
                 {"type":"file","file":{"file_data":"QUI="}},
                 {"type":"file","file":{"filename":"t.csv","file_data":"data:text/csv;charset=utf-8;base64,YSxiCsOp"}},
                 {"type":"file","file":{"file_name":"n","file_data":"plain","mime_type":"text/plain"}},
                 {"type":"file","file":{"file_url":"https://h/x.pdf"}},
                 {"type":"file","file":{"file_url":"https://h/x.png","mime_type":"image/png"}},
                 {"type":"file","file":{"file_id":"file_1"}}]}]
                """#,
            expected: #"""
                [{"role":"user","content":[
                 {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"QQ=="},"title":"a.pdf",
                 "citations":{"enabled":true}},
                 {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"QUI="}},
                 {"type":"document","source":{"type":"text","media_type":"text/plain","data":"a,b\né"},"title":"t.csv"},
                 {"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"},"title":"n"},
                 {"type":"document","source":{"type":"url","url":"https://h/x.pdf"}},
                 {"type":"image","source":{"type":"url","url":"https://h/x.png"}},
                 {"type":"document","source":{"type":"file","file_id":"file_1"}}]}]
                """#),
        MessageCase(
            testDescription: "signed thinking goes back in front, from content_blocks with their order",
            messages: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":"ans","content_blocks":[
                 {"type":"thinking","thinking":"h\u006d","signature":"s=="},{"type":"redacted_thinking","data":"zz"},
                 {"type":"text","text":"ans","citations":[{"n":1.50}]},{"type":"tool_use","id":"c1","name":"f","input":{},
                 "caller":{"type":"direct"}}],
                 "tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},
                  {"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},
                 {"role":"tool","tool_call_id":"c1","content":"x"}]
                """#,
            expected: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":[
                 {"type":"thinking","thinking":"h\u006d","signature":"s=="},{"type":"redacted_thinking","data":"zz"},
                 {"type":"text","text":"ans","citations":[{"n":1.50}]},{"type":"tool_use","id":"c1","name":"f","input":{},
                 "caller":{"type":"direct"}},
                 {"type":"tool_use","id":"c2","name":"g","input":{}}]},
                 {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"x"}]}]
                """#),
        MessageCase(
            testDescription: "an edited text and a removed call win over the blocks",
            messages: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":"edited","content_blocks":[
                 {"type":"thinking","thinking":"h","signature":"s"},{"type":"text","text":"secret"},{"type":"tool_use",
                 "id":"c1","name":"f","input":{}}]},
                 {"role":"user","content":"u"},{"role":"assistant","content":[{"type":"text","text":"parts"}],"content_blocks":[
                 {"type":"server_tool_use","id":"s","name":"n","input":{}}]}]
                """#,
            expected: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":[
                 {"type":"thinking","thinking":"h","signature":"s"},{"type":"text","text":"edited"}]},
                 {"role":"user","content":"u"},{"role":"assistant","content":[
                 {"type":"server_tool_use","id":"s","name":"n","input":{}},{"type":"text","text":"parts"}]}]
                """#),
        MessageCase(
            testDescription: "a text that a stream's blocks do not show stood in front of them, but never of thinking",
            messages: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":"first then","content_blocks":[
                 {"type":"server_tool_use","id":"s","name":"n","input":{}},{"type":"text","text":" then","citations":[]}]},
                 {"role":"user","content":"u"},{"role":"assistant","content":"pre","content_blocks":[
                 {"type":"server_tool_use","id":"s","name":"n","input":{}}]},
                 {"role":"user","content":"v"},{"role":"assistant","content":"post","content_blocks":[
                 {"type":"redacted_thinking","data":"z"}]}]
                """#,
            expected: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":[{"type":"text","text":"first"},
                 {"type":"server_tool_use","id":"s","name":"n","input":{}},{"type":"text","text":" then","citations":[]}]},
                 {"role":"user","content":"u"},{"role":"assistant","content":[{"type":"text","text":"pre"},
                 {"type":"server_tool_use","id":"s","name":"n","input":{}}]},
                 {"role":"user","content":"v"},{"role":"assistant","content":[
                 {"type":"redacted_thinking","data":"z"},{"type":"text","text":"post"}]}]
                """#),
        MessageCase(
            testDescription: "LiteLLM's thinking_blocks are taken too",
            messages: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":"a","reasoning_content":"h",
                 "thinking_blocks":[{"type":"thinking","thinking":"h","signature":"s"}]}]
                """#,
            expected: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":[{"type":"thinking","thinking":"h",
                "signature":"s"},
                 {"type":"text","text":"a"}]}]
                """#),
        MessageCase(
            testDescription: "a refusal is a text, in either place",
            messages: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":null,"refusal":"no"},{"role":"user","content":"u"},
                 {"role":"assistant","content":[{"type":"refusal","refusal":"never"}]}]
                """#,
            expected: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":[{"type":"text","text":"no"}]},{"role":"user",
                "content":"u"},
                 {"role":"assistant","content":[{"type":"text","text":"never"}]}]
                """#),
        MessageCase(
            testDescription: "blocks of the provider's own pass as they came",
            messages: #"""
                [{"role":"user","content":[{"type":"document","source":{"type":"content","content":[]},"title":"t"},
                 {"type":"search_result","source":"u","title":"t","content":[{"type":"text","text":"x"}]},
                 {"type":"container_upload","file_id":"f"}]}]
                """#,
            expected: #"""
                [{"role":"user","content":[{"type":"document","source":{"type":"content","content":[]},"title":"t"},
                 {"type":"search_result","source":"u","title":"t","content":[{"type":"text","text":"x"}]},
                 {"type":"container_upload","file_id":"f"}]}]
                """#),
        MessageCase(
            testDescription: "ids of other providers fit this one's alphabet, on both sides",
            messages: #"""
                [{"role":"user","content":"t"},{"role":"assistant","tool_calls":[
                 {"id":"functions.f:0","type":"function","function":{"name":"f","arguments":"null"}}]},
                 {"role":"tool","tool_call_id":"functions.f:0","content":"x"}]
                """#,
            expected: #"""
                [{"role":"user","content":"t"},{"role":"assistant","content":[{"type":"tool_use","id":"functions_f_0",
                "name":"f","input":{}}]},
                 {"role":"user","content":[{"type":"tool_result","tool_use_id":"functions_f_0","content":"x"}]}]
                """#),
        MessageCase(
            testDescription: "what has no place is named",
            messages: #"""
                [{"role":"user","name":"ada","content":[{"type":"image_url","image_url":{"url":"https://h/x","detail":"low"}}]},
                 {"role":"assistant","content":"a","reasoning_content":"h","audio":{"id":"x"},"annotations":[1],
                 "function_call":null}]
                """#,
            expected: #"""
                [{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://h/x"}}]},{"role":"assistant",
                "content":"a"}]
                """#,
            dropped: [
                "messages[].name", "messages[].content[].image_url.detail", "messages[].reasoning_content", "messages[].audio",
                "messages[].annotations",
            ]),
        MessageCase(
            testDescription: "a cache_control beside a string is its block's",
            messages: #"[{"role":"user","content":"x","cache_control":{"type":"ephemeral","ttl":"1h"}}]"#,
            expected: #"[{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]"#
        ),
    ]

    @Test(arguments: cases)
    func `messages are translated`(_ example: MessageCase) throws {
        let result = try Anthropic.encode(#"{"model":"claude-sonnet-4-5","messages":\#(example.messages)}"#)
        #expect(Anthropic.text(result.body["messages"]) == (try Anthropic.text(json: example.expected)))
        #expect(Set(result.dropped) == Set(example.dropped))
    }

    @Test func `system and developer messages go in front, their cache_control with them`() throws {
        let result = try Anthropic.encode(
            #"""
            {"model":"claude-sonnet-4-5","messages":[{"role":"system","content":[{"type":"text","text":"S1",
            "cache_control":{"type":"ephemeral"}}]},
             {"role":"user","content":"u"},{"role":"developer","content":"D"},{"role":"system","content":""}]}
            """#)
        let expected = #"[{"type":"text","text":"S1","cache_control":{"type":"ephemeral"}},{"type":"text","text":"D"}]"#
        #expect(try Anthropic.text(result.body["system"]) == Anthropic.text(json: expected))
        #expect((result.body["messages"] as? [Any])?.count == 1)
        let without = try Anthropic.encode(#"{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"u"}]}"#)
        #expect(without.body["system"] == nil)
    }

    @Test func `arguments and schemas travel as they were written`() throws {
        let encoded = try Anthropic.encode(
            #"""
            {"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"u"},{"role":"assistant","tool_calls":[{"id":"c",
            "type":"function",
             "function":{"name":"f","arguments":"{\"n\": 1.0000000000000000001, \"n\": 2}"}}]}],
             "tools":[{"type":"function","function":{"name":"f","parameters":{"type" :"object","x":1e400,"x":2}}}]}
            """#
        ).encoded
        let text = String(decoding: encoded.body, as: UTF8.self)
        #expect(text.contains(#""input":{"n": 1.0000000000000000001, "n": 2}"#))
        #expect(text.contains(#""input_schema":{"type" :"object","x":1e400,"x":2}"#))
    }
}
