// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

struct AssembleMessageTests {
    static let start =
        #"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"stop_reason":null,"#
        + #""usage":{"input_tokens":9,"output_tokens":1,"service_tier":"standard"}}}"#
    static let end = [
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":12,"input_tokens":null}}"#,
        #"{"type":"message_stop"}"#,
    ]
    static func block(_ start: String, _ deltas: [String], index: Int = 0, ends: Bool = true) -> [String] {
        [#"{"type":"content_block_start","index":\#(index),"content_block":\#(start)}"#]
            + deltas.map { #"{"type":"content_block_delta","index":\#(index),"delta":\#($0)}"# }
            + (ends ? [#"{"type":"content_block_stop","index":\#(index)}"#] : [])
    }
    static let text = block(#"{"type":"text","text":""}"#, [#"{"type":"text_delta","text":"Hi"}"#])

    private func assemble(_ events: [String]) throws -> String {
        String(decoding: try Replay.assemble(events, .messages).get().body, as: UTF8.self)
    }

    private func content(_ events: [String]) throws -> String {
        let document = try JSONDocument(try assemble([Self.start] + events + Self.end))
        return String(decoding: document.find("content", in: document.root).map(document.raw) ?? [], as: UTF8.self)
    }

    @Test func `the message is what its start said, and on top what its end said`() throws {
        #expect(
            try assemble([Self.start, #"{"type":"ping"}"#] + Self.text + Self.end)
                == #"{"id":"m","type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}],"#
                + #""stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":12,"service_tier":"standard"}}"#)
    }

    @Test func `an input is the pieces' JSON, with its own lexemes, or what the block began with`() throws {
        let use = #"{"type":"tool_use","id":"t","name":"f","input":{}}"#
        let pieces = [
            #"{"type":"input_json_delta","partial_json":""}"#, #"{"partial_json":"{\"a\": 1.0,"}"#,
            #"{"partial_json":"\n\"b\":\"\\u00e9\"}"}"#,
        ]
        #expect(
            try content(Self.block(use, pieces))
                == #"[{"type":"tool_use","id":"t","name":"f","input":{"a": 1.0, "b":"\u00e9"}}]"#)
        #expect(try content(Self.block(use, [])) == "[\(use)]")
    }

    @Test func `thinking, signature, citations and blocks nobody knows are kept`() throws {
        let events =
            Self.block(
                #"{"type":"thinking","thinking":"","signature":""}"#,
                [#"{"thinking":"a"}"#, #"{"thinking":"b","estimated_tokens":5}"#, #"{"signature":"S=="}"#])
            + Self.block(
                #"{"type":"text","text":"","citations":[]}"#, [#"{"citation":{"n":1}}"#, #"{"citation":{"n":2}}"#], index: 1)
            + Self.block(#"{"type":"new_result","deep":[{"x":1}]}"#, [], index: 2)
        #expect(
            try content(events)
                == #"[{"type":"thinking","thinking":"ab","signature":"S=="},"#
                + #"{"type":"text","text":"","citations":[{"n":1},{"n":2}]},{"type":"new_result","deep":[{"x":1}]}]"#)
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var events: [String]
        var obstacle: AssemblyObstacle
    }

    static let refused = [
        Refused(testDescription: "an event of a new type", events: [start, #"{"type":"new"}"#] + end, obstacle: .unknown("new")),
        Refused(
            testDescription: "a delta nobody knows",
            events: [start] + block(#"{"type":"text","text":""}"#, [#"{"new":1}"#]) + end,
            obstacle: .unknown("new")),
        Refused(testDescription: "an error", events: [start, #"{"type":"error","error":{}}"#] + end, obstacle: .failed),
        Refused(testDescription: "no start", events: text + end, obstacle: .unreadable),
        Refused(testDescription: "two starts", events: [start, start] + end, obstacle: .unreadable),
        Refused(testDescription: "a block begun twice", events: [start] + text + text + end, obstacle: .unreadable),
        Refused(testDescription: "a delta behind its block", events: [start] + text + [text[1]] + end, obstacle: .unreadable),
        Refused(testDescription: "a delta without block", events: [start, text[1]] + end, obstacle: .unreadable),
        Refused(testDescription: "a block without end", events: [start] + text.dropLast() + end, obstacle: .noEnd),
        Refused(testDescription: "no stop reason", events: [start] + text + [end[1]], obstacle: .noEnd),
        Refused(testDescription: "no stop", events: [start] + text + [end[0]], obstacle: .noEnd),
        Refused(
            testDescription: "an input cut short",
            events: [start] + block(#"{"type":"tool_use","input":{}}"#, [#"{"partial_json":"{\"a\""}"#]) + end, obstacle: .noEnd),
        Refused(testDescription: "events behind the stop", events: [start] + end + [end[1]], obstacle: .unreadable),
    ]

    @Test(arguments: refused) func `what is no whole message becomes no answer`(_ refused: Refused) {
        #expect(throws: refused.obstacle) { try Replay.assemble(refused.events, .messages).get() }
    }
}
