// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

struct ReplayCompletenessTests {
    private static let call = #","tool_calls":[{"id":"t"}]"#

    /// Finish reason, the message's members, what it is.
    @Test(
        arguments: [
            (#""stop""#, #""content":"x""#, .complete), (#""eos""#, #""content":"x""#, .complete),
            (#""stop""#, #""content":[{"type":"text","text":"x"}]"#, .complete), (#""stop""#, #""content":" \n""#, .empty),
            (#""stop""#, #""content":null"#, .empty), (#""stop""#, #""content":"""# + call, .toolCalls),
            (#""stop""#, #""content":"x","tool_calls":[]"#, .complete), (#""tool_calls""#, #""content":null"# + call, .toolCalls),
            (#""function_call""#, #""function_call":{"name":"f"}"#, .toolCalls),
            (#""tool_calls""#, #""content":"x""#, .notUnderstood),
            (#""length""#, #""content":"x""#, .truncated), (#""length""#, #""content":null"# + call, .truncated),
            (#""content_filter""#, #""content":"x""#, .filtered), (#""stop""#, #""content":null,"refusal":"no""#, .filtered),
            (#""error""#, #""content":"x""#, .notUnderstood), ("null", #""content":"x""#, .notUnderstood),
            (#""stop","stop_reason":"pause_turn""#, #""content":"x""#, .truncated),
        ] as [(String, String, AnswerCompleteness)])
    func `a chat is worth what its finish reason and its message say`(
        _ reason: String, _ message: String, _ expected: AnswerCompleteness
    ) throws {
        let answer = try JSONDocument(#"{"choices":[{"index":0,"message":{\#(message)},"finish_reason":\#(reason)}]}"#)
        #expect(AnswerCompleteness(of: answer, operation: .chat) == expected)
    }

    @Test(
        arguments: [
            ("end_turn", "text", .complete), ("stop_sequence", "text", .complete), ("tool_use", "tool_use", .toolCalls),
            ("tool_use", "text", .notUnderstood), ("end_turn", "thinking", .empty), ("max_tokens", "text", .truncated),
            ("model_context_window_exceeded", "text", .truncated), ("pause_turn", "text", .truncated),
            ("refusal", "text", .filtered), ("new", "text", .notUnderstood),
        ] as [(String, String, AnswerCompleteness)])
    func `a message is worth what its stop reason and its blocks say`(
        _ reason: String, _ type: String, _ expected: AnswerCompleteness
    ) throws {
        let answer = try JSONDocument(#"{"content":[{"type":"\#(type)","text":"x"}],"stop_reason":"\#(reason)"}"#)
        #expect(AnswerCompleteness(of: answer, operation: .messages) == expected)
    }

    @Test func `of several choices the worst one counts`() throws {
        func choice(_ reason: String) -> String { #"{"index":0,"message":{"content":"x"},"finish_reason":"\#(reason)"}"# }
        let answer = try JSONDocument(#"{"choices":[\#(choice("stop")),\#(choice("length")),\#(choice("stop"))]}"#)
        #expect(AnswerCompleteness(of: answer, operation: .chat) == .truncated)
    }

    @Test(arguments: ["{}", "[]", "7", #"{"choices":[]}"#, #"{"choices":7}"#, #"{"choices":[7]}"#, #"{"content":"x"}"#])
    func `what is no answer is not understood, and says nothing`(_ body: String) throws {
        let answer = try JSONDocument(body)
        for operation in GatewayModel.Operation.allCases {
            #expect(AnswerCompleteness(of: answer, operation: operation) == .notUnderstood)
            #expect(assistantText(of: answer, operation: operation) == "")
        }
    }

    @Test func `the text is the first choice's, or that of all text blocks`() throws {
        let chat = try JSONDocument(
            #"{"choices":[{"index":1,"message":{"content":"b"}},{"index":0,"message":{"content":"a\n"}}]}"#)
        #expect(assistantText(of: chat, operation: .chat) == "a\n")
        let blocks = #"[{"type":"text","text":"a"},{"type":"thinking","thinking":"t"},{"type":"text","text":"b"}]"#
        #expect(assistantText(of: try JSONDocument(#"{"content":\#(blocks)}"#), operation: .messages) == "ab")
        let parts = try JSONDocument(#"{"choices":[{"message":{"content":\#(blocks)}}]}"#)
        #expect(assistantText(of: parts, operation: .chat) == "ab")
    }
}
