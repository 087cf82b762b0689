// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import TestSupport
import Testing

@testable import ProviderAdapters

/// Answers made up at random, and what becomes of damaged ones.
struct ReplayGeneratedTests {
    private static func text(_ random: inout SeededRandom) -> String {
        let words = ["über", "the ", "\n", "\"", "\\", "👩‍👩‍👧", "x", "漢字", "\u{2028}", "\t", "e\u{301}", " "]
        let length = random.chance(4) ? 0 : Int.random(in: 1...(random.chance(4) ? 700 : 30), using: &random)
        return (0..<length).compactMap { _ in words.randomElement(using: &random) }.joined()
    }

    private static func completion(_ random: inout SeededRandom) -> [String: Any] {
        let choices = (0..<Int.random(in: 1...3, using: &random)).map { index in
            var message: [String: Any] = ["role": "assistant", "content": text(&random)]
            if random.chance(4) { message["content"] = NSNull() }
            if random.chance(3) { message["refusal"] = random.chance(2) ? NSNull() : text(&random) }
            if random.chance(3) { message["reasoning_content"] = text(&random) }
            if random.chance(3) { message["reasoning"] = text(&random) }
            if random.chance(4) { message["annotations"] = [["type": "url_citation", "n": 1], ["n": 2]] }
            if random.chance(4) { message["strange"] = ["deep": [1, NSNull(), text(&random)]] }
            if random.chance(5) { message["function_call"] = ["name": "f", "arguments": text(&random)] }
            if random.chance(2) {
                message["tool_calls"] = (0..<Int.random(in: 0...3, using: &random)).map { number in
                    let function = ["name": "f", "arguments": text(&random)]
                    return ["id": "call\(number)", "type": "function", "function": function] as [String: Any]
                }
            }
            if random.chance(4) {
                message["content_blocks"] = [
                    ["type": "thinking", "thinking": text(&random), "signature": "S"], ["type": "tool_use", "input": ["a": 1]],
                ]
            }
            var choice: [String: Any] = ["index": index, "message": message, "finish_reason": "stop"]
            if random.chance(3) { choice["logprobs"] = NSNull() }
            if random.chance(3) { choice["logprobs"] = ["content": [["t": 1], ["t": 2]], "refusal": NSNull()] }
            if random.chance(4) { choice["content_filter_results"] = ["hate": ["filtered": false]] }
            return choice
        }
        var whole: [String: Any] = ["id": "c", "object": "chat.completion", "created": 5, "model": "m", "choices": choices]
        if random.chance(2) { whole["usage"] = ["prompt_tokens": 1, "completion_tokens": 2] }
        if random.chance(3) { whole["system_fingerprint"] = random.chance(2) ? NSNull() : "fp" }
        if random.chance(3) { whole["citations"] = ["a", "b"] }
        return whole
    }

    private static func message(_ random: inout SeededRandom) -> [String: Any] {
        let blocks = (0..<Int.random(in: 0...5, using: &random)).map { number -> [String: Any] in
            switch Int.random(in: 0...5, using: &random) {
            case 0: ["type": "text", "text": text(&random)]
            case 1: ["type": "text", "text": text(&random), "citations": [["cited_text": text(&random)], ["n": 2]]]
            case 2: ["type": "thinking", "thinking": text(&random), "signature": random.chance(2) ? "" : "S=="]
            case 3: ["type": "tool_use", "id": "t\(number)", "name": "f", "input": random.chance(3) ? [:] : ["q": text(&random)]]
            case 4: ["type": "web_search_tool_result", "tool_use_id": "t", "content": [["url": text(&random)]]]
            default: ["type": "redacted_thinking", "data": text(&random)]
            }
        }
        var whole: [String: Any] = ["id": "m", "type": "message", "role": "assistant", "model": "c", "content": blocks]
        whole["stop_reason"] = "end_turn"
        whole["stop_sequence"] = NSNull()
        whole["usage"] = ["input_tokens": 4, "output_tokens": 9, "cache_creation": ["a": 1], "iterations": [1]]
        if random.chance(3) { whole["container"] = ["id": "x"] }
        return whole
    }

    @Test(arguments: 0..<150) func `a made-up answer survives its replay`(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let completion = Self.completion(&random)
        let chunks = try #require(Replay.replay(Anthropic.bytes(completion), .chat))
        let answer = try Replay.assemble(chunks, .chat, size: Int.random(in: 1...4, using: &random)).get()
        #expect(Replay.normal(try Anthropic.object(answer.body)) == Replay.normal(completion))

        let message = Self.message(&random)
        let events = try #require(Replay.replay(Anthropic.bytes(message), .messages))
        let again = try Replay.assemble(events, .messages, size: Int.random(in: 1...4, using: &random)).get()
        #expect(Anthropic.text(try Anthropic.object(again.body)) == Anthropic.text(message))
        #expect(Anthropic.text(AssembledAnswer.message(of: Replay.objects(events))) == Anthropic.text(message))
    }

    @Test(arguments: 0..<300) func `damage never crashes, and without the end there is no answer`(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let isChat = random.chance(2)
        let whole = isChat ? Self.completion(&random) : Self.message(&random)
        let operation = isChat ? GatewayModel.Operation.chat : .messages
        let good = try #require(Replay.replay(Anthropic.bytes(whole), operation, includesUsage: false))
        // The last piece says that a choice, or the message, has ended.
        #expect(throws: AssemblyObstacle.self) { try Replay.assemble(good.dropLast(), operation).get() }
        var chunks = good
        for _ in 0..<Int.random(in: 1...3, using: &random) where !chunks.isEmpty {
            let at = Int.random(in: chunks.indices, using: &random)
            let byte = Int.random(in: chunks[at].indices, using: &random)
            switch Int.random(in: 0...5, using: &random) {
            case 0: chunks[at] = Array(chunks[at][..<byte])
            case 1: chunks[at][byte] = UInt8.random(in: 0...255, using: &random)
            case 2: chunks.remove(at: at)
            case 3: chunks.insert(chunks[at], at: at)
            case 4: chunks.swapAt(at, Int.random(in: chunks.indices, using: &random))
            default: chunks.insert((0..<9).map { _ in UInt8.random(in: 0...255, using: &random) }, at: at)
            }
            chunks = chunks.map { $0.isEmpty ? [0x20] : $0 }
        }
        // Whatever comes out of it is an answer of the right form; mostly nothing does.
        if case .success(let answer) = Replay.assemble(chunks, operation) {
            let document = try JSONDocument(answer.body)
            #expect(document.duplicateKey(in: document.root) == nil)
            var batch = ChunkBatch()
            let isReplayed = AnswerReplay(operation: operation).write(answer, into: &batch)
            #expect(isReplayed)
        }
        // The other operation's pieces are never an answer.
        #expect(throws: AssemblyObstacle.self) { try Replay.assemble(good, isChat ? .messages : .chat).get() }
    }

}
