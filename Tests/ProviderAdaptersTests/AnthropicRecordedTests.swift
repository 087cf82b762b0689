// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import ProviderAdapters
import Testing

/// Recorded answers of the provider. They are not part of the package: without them there is nothing to compare with.
@Suite(.enabled(if: AnthropicRecordings.areHere, "the recordings are not beside the package"))
struct AnthropicRecordedTests {
    @Test func `every recorded answer decodes to what its JSON says`() throws {
        for exchange in AnthropicRecordings.unary {
            let raw = try #require(exchange.response)
            let call = try Anthropic.call(#"{"model":"asked"}"#)
            let response = try Anthropic.dialect.decode(exchange.body, of: call)
            let completion = try Anthropic.object(response.body)
            var expected = AssembledAnswer(message: raw)
            let actual = AssembledAnswer(completion: completion)
            expected.annotations = actual.annotations
            #expect(actual == expected, "\(exchange.id)")
            #expect(
                response.usage.inputTokens == expected.prompt && response.usage.outputTokens == expected.completion,
                "\(exchange.id)")
            #expect(response.model == raw["model"] as? String)
            let message = (completion["choices"] as? [[String: Any]])?.first?["message"] as? [String: Any]
            if let blocks = message?["content_blocks"] {
                #expect(Anthropic.text(blocks) == Anthropic.text(raw["content"]), "\(exchange.id)")
            } else {
                #expect(expected.reasoning.isEmpty, "\(exchange.id)")
            }
        }
        #expect(AnthropicRecordings.unary.count > 300)
    }

    @Test func `every recorded stream adds up to what its events say, and to the same as a whole answer would`() throws {
        for exchange in AnthropicRecordings.streamed {
            let raw = AssembledAnswer.message(of: exchange.events)
            let call = try Anthropic.call(#"{"model":"asked","stream":true}"#)
            let streamed = Anthropic.stream(exchange.body, of: call)
            #expect(streamed.batch.finished && streamed.batch.failure == nil, "\(exchange.id)")
            let actual = AssembledAnswer(chunks: streamed.objects)
            var expected = AssembledAnswer(message: raw)
            expected.annotations = actual.annotations
            // One answer ends inside a tool's input: there is no whole form of it.
            let isCut = actual.finish == "length" && actual.calls.contains { $0.arguments.hasPrefix("invalid") }
            if isCut { expected.calls = actual.calls }
            #expect(actual == expected, "\(exchange.id)")
            #expect(
                streamed.batch.usage.inputTokens == expected.prompt && streamed.batch.model == expected.model, "\(exchange.id)")

            let response = try Anthropic.dialect.decode(Anthropic.bytes(raw), of: call)
            let whole = try Anthropic.object(response.body)
            #expect(isCut || AssembledAnswer(completion: whole) == actual, "\(exchange.id)")
            #expect(response.usage == streamed.batch.usage, "\(exchange.id)")
            try compareBlocks(of: streamed.objects, with: whole, exchange.id)
            compareRest(of: streamed.objects, with: whole, exchange.id)
        }
        #expect(AnthropicRecordings.streamed.count > 150)
    }

    /// Pieces of `content_blocks` are the blocks of the whole answer from the first on that text and calls can't stand for.
    private func compareBlocks(of chunks: [[String: Any]], with whole: [String: Any], _ id: String) throws {
        let message = (whole["choices"] as? [[String: Any]])?.first?["message"] as? [String: Any]
        let pieces = AssembledAnswer.blocks(of: chunks)
        let blocks = message?["content_blocks"] as? [[String: Any]]
        guard let first = pieces.keys.min() else { return #expect(blocks == nil, "\(id)") }
        let expected = try #require(blocks, "\(id)").dropFirst(first)
        #expect(Anthropic.text(expected.map { $0 }) == Anthropic.text(pieces.sorted { $0.key < $1.key }.map(\.value)), "\(id)")
        let skipped = try #require(blocks, "\(id)").prefix(first)
        #expect(skipped.allSatisfy { ["text", "tool_use"].contains($0["type"] as? String) }, "\(id)")
    }

    /// What the unified form has no place for stands in the finish chunk as it does in a whole answer.
    private func compareRest(of chunks: [[String: Any]], with whole: [String: Any], _ id: String) {
        let finish = chunks.last { ($0["choices"] as? [[String: Any]])?.first?["finish_reason"] is String } ?? [:]
        for key in ["usage", "context_management", "container"] {
            #expect(Anthropic.text(finish[key]) == Anthropic.text(whole[key]), "\(id) \(key)")
        }
        let choices = [finish, whole].map { ($0["choices"] as? [[String: Any]])?.first ?? [:] }
        for key in ["finish_reason", "stop_reason", "stop_sequence", "stop_details"] {
            #expect(Anthropic.text(choices[0][key]) == Anthropic.text(choices[1][key]), "\(id) \(key)")
        }
    }

    @Test func `a strict stream and a strict answer hold nothing that OpenAI does not know`() throws {
        let chunkKeys: Set<String> = ["id", "object", "created", "model", "choices", "usage"]
        let deltaKeys: Set<String> = ["role", "content", "tool_calls", "annotations", "refusal"]
        let choiceKeys: Set<String> = ["index", "delta", "message", "logprobs", "finish_reason"]
        for exchange in AnthropicRecordings.streamed + AnthropicRecordings.unary {
            let call = try Anthropic.call(#"{"model":"asked","stream":\#(exchange.isStream)}"#, strict: true)
            let objects =
                exchange.isStream
                ? Anthropic.stream(exchange.body, of: call).objects
                : [try Anthropic.object(Anthropic.dialect.decode(exchange.body, of: call).body)]
            for object in objects {
                #expect(chunkKeys.isSuperset(of: object.keys), "\(exchange.id)")
                let choice = (object["choices"] as? [[String: Any]])?.first ?? [:]
                #expect(choiceKeys.isSuperset(of: choice.keys), "\(exchange.id)")
                let delta = (choice["delta"] ?? choice["message"]) as? [String: Any] ?? [:]
                #expect(deltaKeys.isSuperset(of: delta.keys), "\(exchange.id)")
                let usage = object["usage"] as? [String: Any] ?? [:]
                #expect(usage.keys.allSatisfy { $0.hasSuffix("_tokens") || $0.hasSuffix("_tokens_details") }, "\(exchange.id)")
                #expect(usage["cache_read_input_tokens"] == nil, "\(exchange.id)")
            }
        }
    }

    @Test func `the network's cuts do not change a chunk`() throws {
        let call = try Anthropic.call(#"{"model":"asked","stream":true,"stream_options":{"include_usage":true}}"#)
        let native = try Anthropic.call(#"{"model":"asked","stream":true}"#, operation: .messages)
        for (number, exchange) in AnthropicRecordings.streamed.enumerated() {
            let whole = Anthropic.stream(exchange.body, of: call).chunks
            for cut in [Anthropic.Cut.every(number.isMultiple(of: 8) ? 1 : 61), .every(7), .seeded(UInt64(number))] {
                #expect(Anthropic.stream(exchange.body, of: call, cut: cut).chunks == whole, "\(exchange.id)")
            }
            #expect(
                Anthropic.stream(exchange.body, of: native, cut: .seeded(1)).chunks
                    == Anthropic.stream(exchange.body, of: native).chunks)
        }
    }

    @Test func `a stream cut in two at any byte is the same stream`() throws {
        let call = try Anthropic.call(#"{"model":"asked","stream":true}"#)
        let sample = AnthropicRecordings.streamed.sorted { $0.body.count < $1.body.count }.prefix(4)
        for exchange in sample {
            let whole = Anthropic.stream(exchange.body, of: call).chunks
            for index in 1..<exchange.body.count {
                #expect(Anthropic.stream(exchange.body, of: call, cut: .at(index)).chunks == whole, "\(exchange.id) at \(index)")
            }
        }
    }

    @Test func `a native stream's chunks are the events' own bytes`() throws {
        let native = try Anthropic.call(#"{"model":"asked","stream":true}"#, operation: .messages)
        for exchange in AnthropicRecordings.streamed {
            let streamed = Anthropic.stream(exchange.body, of: native)
            #expect(streamed.chunks == exchange.eventTexts, "\(exchange.id)")
            let expected = AssembledAnswer(message: AssembledAnswer.message(of: exchange.events))
            #expect(streamed.batch.finished && streamed.batch.usage.inputTokens == expected.prompt, "\(exchange.id)")
            #expect(
                streamed.batch.model == expected.model && streamed.batch.usage.outputTokens == expected.completion,
                "\(exchange.id)")
        }
    }

    @Test func `a native answer passes as it came`() throws {
        let call = try Anthropic.call(#"{"model":"asked"}"#, operation: .messages)
        for exchange in AnthropicRecordings.unary {
            let response = try Anthropic.dialect.decode(exchange.body, of: call)
            #expect(response.body == exchange.body, "\(exchange.id)")
            let expected = AssembledAnswer(message: try #require(exchange.response))
            #expect(response.usage.inputTokens == expected.prompt && response.model == expected.model, "\(exchange.id)")
        }
    }
}
