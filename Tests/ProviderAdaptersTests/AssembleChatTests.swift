// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

struct AssembleChatTests {
    private static let start = #"{"id":"c","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"#
    private static func chunk(_ choice: String, more: String = "") -> String { start + choice + "}]" + more + "}" }

    /// A chunk with one choice.
    private static func said(_ delta: String, _ more: String = "") -> String {
        #"{"choices":[{"index":0,"delta":{\#(delta)}\#(more)}]}"#
    }

    private func body(_ chunks: [String]) throws -> String {
        String(decoding: try Replay.assemble(chunks).get().body, as: UTF8.self)
    }

    @Test func `strings keep their escapes, numbers their lexemes, members their order`() throws {
        let whole = try body([
            Self.chunk(#""delta":{"role":"assistant","content":"a\u00e9\n"},"x":1.50,"finish_reason":null"#),
            Self.chunk(#""delta":{"content":"é\ud83d\ude00"},"finish_reason":"stop""#, more: #","usage":{"total_tokens":1e1}"#),
        ])
        #expect(
            whole == #"{"id":"c","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,"message":{"#
                + #""role":"assistant","content":"a\u00e9\né\ud83d\ude00"},"x":1.50,"finish_reason":"stop"}],"#
                + #""usage":{"total_tokens":1e1}}"#)
    }

    @Test func `choices are told apart by their index, and stand in its order`() throws {
        let whole = try body([
            #"{"choices":[{"index":1,"delta":{"content":"B"}},{"index":0,"delta":{"content":"A"}}]}"#,
            #"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"#,
            #"{"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":"length"}]}"#,
        ])
        #expect(
            whole == #"{"choices":[{"index":0,"message":{"role":"assistant","content":"Aa"},"finish_reason":"stop"},"#
                + #"{"index":1,"message":{"role":"assistant","content":"Bb"},"finish_reason":"length"}],"#
                + #""object":"chat.completion"}"#)
    }

    @Test func `calls are joined by their index, and beside them an empty content is null`() throws {
        let whole = try body([
            Self.said(#""content":"","tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":""}}]"#),
            Self.said(#""tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]"#),
            Self.said(
                #""tool_calls":[{"index":1,"function":{"arguments":"[]"}},{"index":0,"function":{"arguments":"}"}}]"#,
                #","finish_reason":"tool_calls""#),
        ])
        #expect(
            whole == #"{"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":["#
                + #"{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"g","arguments":"[]"}}]},"#
                + #""finish_reason":"tool_calls"}],"object":"chat.completion"}"#)
    }

    @Test func `log probabilities and annotations are one list`() throws {
        let whole = try body([
            Self.said(
                #""content":"a","annotations":[{"n":1}]"#,
                #","logprobs":{"content":[{"t":1}],"refusal":null}"#),
            Self.said(
                #""content":"b","annotations":[{"n":2}]"#,
                #","logprobs":{"content":[{"t":2}],"refusal":null}"#),
            #"{"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}"#,
        ])
        #expect(whole.contains(#""annotations":[{"n":1},{"n":2}]"#))
        #expect(whole.contains(#""logprobs":{"content":[{"t":1},{"t":2}],"refusal":null}"#))
    }

    @Test func `what stood in front of the first block with pieces is its own block`() throws {
        let whole = try body([
            #"{"choices":[{"index":0,"delta":{"role":"assistant","content":"Look: "}}]}"#,
            Self.said(#""content_blocks":[{"index":1,"delta":{"type":"server_tool_use","id":"s","input":{}}}]"#),
            #"{"choices":[{"index":0,"delta":{"content_blocks":[{"index":1,"delta":{"partial_json":"{\"q\":1}"}}]}}]}"#,
            Self.said(
                #""content":"so","content_blocks":[{"index":2,"delta":{"type":"text","text":"so"}}]"#,
                #","finish_reason":"stop""#),
        ])
        #expect(
            whole.contains(
                #""content":"Look: so","content_blocks":[{"type":"text","text":"Look: "},"#
                    + #"{"type":"server_tool_use","id":"s","input":{"q":1}},{"type":"text","text":"so"}]"#))
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var chunks: [String]
        var obstacle: AssemblyObstacle
        init(_ name: String, _ chunks: [String], _ obstacle: AssemblyObstacle) {
            testDescription = name
            self.chunks = chunks
            self.obstacle = obstacle
        }
    }

    static let end = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#

    static let refused = [
        Refused("no JSON", ["{", end], .unreadable),
        Refused("no object", ["[]", end], .unreadable),
        Refused("no choices", [#"{"id":"x"}"#, end], .unreadable),
        Refused("a choice without index", [#"{"choices":[{"delta":{}}]}"#, end], .unreadable),
        Refused("a choice without delta", [#"{"choices":[{"index":0,"message":{"content":"x"}}]}"#, end], .unreadable),
        Refused("no choice ever", [#"{"choices":[]}"#], .noEnd),
        Refused("no finish reason", [#"{"choices":[{"index":0,"delta":{"content":"x"}}]}"#], .noEnd),
        Refused("one choice of two has no end", [#"{"choices":[{"index":1,"delta":{"content":"x"}}]}"#, end], .noEnd),
        Refused("a member nobody knows, with two values", [said(#""new":1"#), said(#""new":2"#), end], .unknown("new")),
        Refused("a key twice", [#"{"choices":[{"index":0,"delta":{"content":"a","content":"b"}}]}"#, end], .unknown("content")),
        Refused("an escaped key", [said(#""c\u006fntent":"a""#), end], .unknown(#""c\u006fntent""#)),
        Refused(
            "two calls with one index", ["a", "b"].map { said(#""tool_calls":[{"index":0,"id":"\#($0)"}]"#) } + [end],
            .unknown("id")),
        Refused(
            "a piece of a call without index", [said(#""tool_calls":[{"function":{"arguments":"x"}}]"#), end],
            .unknown("tool_calls")),
        Refused(
            "text behind a content that is an array", [said(#""content":[{"type":"thinking"}]"#), said(#""content":"b""#), end],
            .unknown("content")),
        Refused(
            "sound in pieces", ["QQ==", "QUI="].map { said(#""audio":{"data":"\#($0)"}"#) } + [end], .unknown("audio")),
    ]

    @Test(arguments: refused) func `what nobody can join becomes no answer`(_ refused: Refused) {
        #expect(throws: refused.obstacle) { try Replay.assemble(refused.chunks).get() }
    }

    @Test func `without the stream's own end, or with an error in it, there is no answer`() {
        let chunks = [Array(Self.end.utf8)]
        #expect(throws: Never.self) { try Replay.assemble(chunks, .chat).get() }
        #expect(throws: AssemblyObstacle.noEnd) { try Replay.assemble(chunks, .chat, finished: false).get() }
        var assembler = AnswerAssembler(operation: .chat, maximumBytes: 1000)
        var batch = ChunkBatch()
        batch.bytes = chunks[0]
        batch.endChunk()
        batch.failure = .invalidParams("x", "x")
        assembler.receive(batch)
        #expect(assembler.obstacle == .failed)
        #expect(throws: AssemblyObstacle.failed) { try assembler.finish() }
    }

    @Test func `an answer longer than its bound is dropped at once`() {
        let chunk = Array(#"{"choices":[{"index":0,"delta":{"content":"0123456789"}}]}"#.utf8)
        var assembler = AnswerAssembler(operation: .chat, maximumBytes: 500)
        var batch = ChunkBatch()
        for _ in 0..<60 {
            batch.bytes += chunk
            batch.endChunk()
        }
        assembler.receive(batch)
        #expect(assembler.obstacle == .tooLarge)
    }

    @Test func `pieces behind the end make it no answer`() {
        var assembler = AnswerAssembler(operation: .chat, maximumBytes: 5000)
        var batch = ChunkBatch()
        batch.bytes = Array(Self.end.utf8)
        batch.endChunk()
        batch.finished = true
        assembler.receive(batch)
        assembler.receive(batch)
        #expect(throws: AssemblyObstacle.unreadable) { try assembler.finish() }
    }
}
