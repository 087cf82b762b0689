// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

/// Real answers, whole and streamed. Skipped where the recordings are absent: they lie beside the repository, not in it.
@Suite(.enabled(if: OpenAIRecordings.arePresent && AnthropicRecordings.areHere, "needs ../shared/wire/dev"))
struct ReplayRecordedTests {
    private static let wholes = OpenAIRecordings.answers.filter { recording in
        guard let object = try? Anthropic.object(recording.response) else { return false }
        let choices = object["choices"] as? [[String: Any]] ?? []
        // Older answers of some models end without a reason; two have a number for log probabilities.
        let haveEnded = choices.allSatisfy { !($0["finish_reason"] as? String ?? "").isEmpty }
        return haveEnded && choices.allSatisfy { !($0["logprobs"] is NSNumber) } && object["error"] == nil
    }

    @Test func `a recorded chat completion survives its replay, however its pieces are batched`() throws {
        for recording in Self.wholes {
            let document = try JSONDocument(recording.response)
            var body = document.bytes
            replaceLineBreaks(in: &body)
            let chunks = try #require(Replay.replay(body, .chat), "\(recording)")
            #expect(chunks.allSatisfy { !$0.contains(0x0A) && (try? JSONDocument($0)) != nil }, "\(recording)")
            let expected = Replay.normal(try Anthropic.object(body))
            for size in [1, 3, Int.max] {
                switch Replay.assemble(chunks, .chat, size: size) {
                case .success(let answer):
                    #expect(Replay.normal(try Anthropic.object(answer.body)) == expected, "\(recording)")
                case .failure(let obstacle): Issue.record("\(recording): \(obstacle)")
                }
            }
        }
        #expect(Self.wholes.count > 500)
    }

    @Test func `a recorded message survives its replay, however its pieces are batched`() throws {
        for exchange in AnthropicRecordings.unary {
            let chunks = try #require(Replay.replay(exchange.body, .messages), "\(exchange.id)")
            for size in [1, 3, Int.max] {
                switch Replay.assemble(chunks, .messages, size: size) {
                case .success(let answer):
                    #expect(
                        Anthropic.text(try Anthropic.object(answer.body)) == Anthropic.text(exchange.response), "\(exchange.id)")
                case .failure(let obstacle): Issue.record("\(exchange.id): \(obstacle)")
                }
            }
            // An independent reading of the same events.
            let events = AssembledAnswer.message(of: Replay.objects(chunks))
            #expect(Anthropic.text(events) == Anthropic.text(exchange.response), "\(exchange.id)")
        }
    }

    @Test func `a recorded message as a chat completion, with its blocks, survives its replay`() throws {
        let call = try Anthropic.call(#"{"model":"asked"}"#)
        for exchange in AnthropicRecordings.unary {
            let whole = try Anthropic.dialect.decode(exchange.body, of: call).body
            let chunks = try #require(Replay.replay(whole, .chat), "\(exchange.id)")
            let answer = try Replay.assemble(chunks, .chat, size: 2).get()
            #expect(
                Replay.normal(try Anthropic.object(answer.body)) == Replay.normal(try Anthropic.object(whole)), "\(exchange.id)")
        }
    }

    @Test func `a recorded stream of chunks adds up to what an independent reading finds, and so does its replay`() throws {
        var obstacles: [String: Int] = [:]
        var count = 0
        for recording in OpenAIRecordings.streams {
            let decoder = OpenAIStreamDecoder(provider: recording.provider)
            let (outcome, finished) = Replay.assemble(recording.response, .chat, decoder: decoder)
            guard finished else {
                #expect(throws: AssemblyObstacle.self, "\(recording)") { try outcome.get() }
                continue
            }
            guard case .success(let answer) = outcome else {
                if case .failure(let obstacle) = outcome { obstacles["\(recording.wireProvider) \(obstacle)", default: 0] += 1 }
                continue
            }
            count += 1
            let sent = OpenAIReadings.choices(ofChunks: IndependentReading(stream: recording.response).outcome.chunks)
            let whole = try Anthropic.object(answer.body)
            #expect(OpenAIReadings.choices(of: whole) == sent, "\(recording)")
            #expect(answer.usage == IndependentReading(object: answer.body).usage || whole["usage"] == nil, "\(recording)")
            let chunks = try #require(Replay.replay(answer.body, .chat), "\(recording)")
            #expect(OpenAIReadings.choices(ofChunks: chunks.map { String(decoding: $0, as: UTF8.self) }) == sent, "\(recording)")
            let again = try Replay.assemble(chunks, .chat).get()
            #expect(Replay.normal(try Anthropic.object(again.body)) == Replay.normal(whole), "\(recording)")
        }
        #expect(count > 250)
        // No finish reason but `[DONE]`; and contents that are arrays.
        let expected = ["mistral unknown(\"content\")": 2, "snowflake noEnd": 1, "openai noEnd": 1]
        #expect(obstacles == expected)
    }

    @Test func `a recorded stream of events adds up to what an independent reading finds, and so does its replay`() throws {
        var cut: [String] = []
        var untold: [String] = []
        for exchange in AnthropicRecordings.streamed {
            let native = try Anthropic.call(#"{"model":"asked","stream":true}"#, operation: .messages)
            let decoder = Anthropic.dialect.streamDecoder(for: native)
            guard case .success(let answer) = Replay.assemble(exchange.body, .messages, decoder: decoder).outcome else {
                cut.append(exchange.id)
                continue
            }
            var expected = AssembledAnswer.message(of: exchange.events)
            // Progress, no part of the block.
            expected["content"] = (expected["content"] as? [[String: Any]])?.map { $0.filter { $0.key != "estimated_tokens" } }
            let whole = try Anthropic.object(answer.body)
            #expect(Self.withoutNull(whole) == Self.withoutNull(expected), "\(exchange.id)")
            let chunks = try #require(Replay.replay(answer.body, .messages), "\(exchange.id)")
            let replayed = AssembledAnswer.message(of: Replay.objects(chunks))
            #expect(Anthropic.text(replayed) == Anthropic.text(whole), "\(exchange.id)")

            // The whole message as a chat completion is what the chat's own stream adds up to.
            let chat = try Anthropic.call(#"{"model":"asked","stream":true}"#)
            let decoded = try Anthropic.dialect.decode(answer.body, of: chat)
            switch Replay.assemble(exchange.body, .chat, decoder: Anthropic.dialect.streamDecoder(for: chat)).outcome {
            case .success(let streamed):
                let texts = try [streamed, decoded].map { Self.withoutNull(Replay.normal(try Anthropic.object($0.body))) }
                #expect(texts[0] == texts[1], "\(exchange.id)")
                #expect(streamed.usage == decoded.usage && streamed.model == decoded.model, "\(exchange.id)")
            case .failure(let obstacle):
                #expect(obstacle == .unknown("content_blocks"))
                untold.append(exchange.id)
            }
        }
        #expect(AnthropicRecordings.streamed.count > 150)
        // Ends inside a tool's input.
        #expect(cut == ["40d58d0daf9d"])
        // Text and a call come in front of the first block that has pieces: where the text block ends is not told.
        #expect(untold == ["fe04020388b2"])
    }

    private static func withoutNull(_ text: String) -> String { withoutNull((try? Anthropic.object(Array(text.utf8))) ?? [:]) }

    private static func withoutNull(_ value: [String: Any]) -> String {
        func strip(_ value: Any) -> Any {
            if let object = value as? [String: Any] { return object.filter { !($0.value is NSNull) }.mapValues(strip) }
            if let array = value as? [Any] { return array.map(strip) }
            return value
        }
        return Anthropic.text(strip(value))
    }
}

/// An independent reading of what the choices say.
enum OpenAIReadings {
    struct Choice: Equatable {
        var content = ""
        var reasoning = ""
        var reasoningContent = ""
        var refusal = ""
        var calls: [Int: [String]] = [:]
        var finish = ""
        var tokens: [String] = []
    }

    static func choices(ofChunks chunks: [String]) -> [Int: Choice] {
        var choices: [Int: Choice] = [:]
        for chunk in chunks {
            let object = (try? Anthropic.object(Array(chunk.utf8))) ?? [:]
            for choice in object["choices"] as? [[String: Any]] ?? [] {
                let index = choice["index"] as? Int ?? -1
                add(choice["delta"] as? [String: Any] ?? [:], choice, to: &choices[index, default: Choice()])
            }
        }
        // The whole answer tells no index of a call, only the order.
        return choices.mapValues { choice in
            var choice = choice
            let calls = choice.calls.sorted { $0.key < $1.key }.map(\.value)
            choice.calls = Dictionary(uniqueKeysWithValues: calls.enumerated().map { ($0, $1) })
            return choice
        }
    }

    static func choices(of whole: [String: Any]) -> [Int: Choice] {
        var choices: [Int: Choice] = [:]
        for choice in whole["choices"] as? [[String: Any]] ?? [] {
            var message = choice["message"] as? [String: Any] ?? [:]
            let calls = message["tool_calls"] as? [[String: Any]] ?? []
            message["tool_calls"] = calls.enumerated().map { index, call in call.merging(["index": index]) { $1 } }
            add(message, choice, to: &choices[choice["index"] as? Int ?? -1, default: Choice()])
        }
        return choices
    }

    private static func add(_ delta: [String: Any], _ choice: [String: Any], to result: inout Choice) {
        result.content += delta["content"] as? String ?? ""
        if let parts = delta["content"] as? [Any] { result.content += Anthropic.text(parts) }
        result.reasoning += delta["reasoning"] as? String ?? ""
        result.reasoningContent += delta["reasoning_content"] as? String ?? ""
        result.refusal += delta["refusal"] as? String ?? ""
        for call in delta["tool_calls"] as? [[String: Any]] ?? [] {
            let index = call["index"] as? Int ?? -1
            let function = call["function"] as? [String: Any] ?? [:]
            var known = result.calls[index] ?? ["", "", ""]
            if known[0].isEmpty { known[0] = call["id"] as? String ?? "" }
            if known[1].isEmpty { known[1] = function["name"] as? String ?? "" }
            known[2] += function["arguments"] as? String ?? ""
            result.calls[index] = known
        }
        if let reason = choice["finish_reason"] as? String { result.finish = reason }
        let logprobs = choice["logprobs"] as? [String: Any]
        result.tokens += (logprobs?["content"] as? [[String: Any]] ?? []).compactMap { $0["token"] as? String }
    }
}
