// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import ProviderAdapters
import Testing

/// What recorded clients sent natively, said in OpenAI's form by this test, must come out as they sent it: shapes that the
/// provider is known to take.
@Suite(.enabled(if: AnthropicRecordings.areHere, "the recordings are not beside the package"))
struct AnthropicRoundTripTests {
    @Test func `a recorded request said in OpenAI's form is translated back to itself`() throws {
        var compared = 0
        for exchange in AnthropicRecordings.messages {
            guard exchange.status == 200, let native = exchange.request, let request = OpenAIForm(native).request else {
                continue
            }
            compared += 1
            let encoded = try Anthropic.encode(String(decoding: Anthropic.bytes(request), as: UTF8.self))
            let differing = differences(encoded.body, native)
            #expect(differing.isEmpty, "\(exchange.id): \(differing)")
            #expect(encoded.dropped.isEmpty, "\(exchange.id): \(encoded.dropped)")
        }
        #expect(compared > 250)
    }

    @Test func `a native request passes byte for byte`() throws {
        for exchange in AnthropicRecordings.messages {
            guard let body = exchange.requestBody else { continue }
            let call = try Anthropic.call(String(decoding: body, as: UTF8.self), operation: .messages)
            #expect(try Array(Anthropic.dialect.encode(call).body) == body, "\(exchange.id)")
        }
    }

    @Test func `an answer that a caller sends back has the blocks that it came with`() throws {
        let call = try Anthropic.call(#"{"model":"claude-sonnet-4-5"}"#)
        let stream = try Anthropic.call(#"{"model":"claude-sonnet-4-5","stream":true}"#)
        for exchange in AnthropicRecordings.unary + AnthropicRecordings.streamed {
            let raw = exchange.isStream ? AssembledAnswer.message(of: exchange.events) : try #require(exchange.response)
            let message: [String: Any]
            if exchange.isStream {
                let chunks = Anthropic.stream(exchange.body, of: stream).objects
                message = sentBack(AssembledAnswer(chunks: chunks), blocks: AssembledAnswer.blocks(of: chunks))
                // It ends inside a tool's input, so it can't be sent back.
                if AssembledAnswer(chunks: chunks).calls.contains(where: { $0.arguments.hasPrefix("invalid") }) { continue }
            } else {
                let completion = try Anthropic.object(Anthropic.dialect.decode(exchange.body, of: call).body)
                message = try #require(((completion["choices"] as? [[String: Any]])?.first)?["message"] as? [String: Any])
            }
            let content = raw["content"] as? [[String: Any]] ?? []
            if content.isEmpty { continue }
            let request: [String: Any] = [
                "model": "claude-sonnet-4-5", "messages": [["role": "user", "content": "q"], message],
            ]
            let body = try Anthropic.encode(String(decoding: Anthropic.bytes(request), as: UTF8.self)).body
            let sent = NativeForm.normal(body)["messages"] as? [[String: Any]]
            let expected =
                NativeForm.normal(["messages": [["role": "assistant", "content": content]]])["messages"] as? [[String: Any]]
            if ((expected?.last?["content"] as? [Any]) ?? []).isEmpty { continue }
            var both = [sent, expected].map {
                ($0?.last.map(plain)?["content"] as? [[String: Any]] ?? []).map { Anthropic.text($0) }
            }
            // In a stream, a call in front of the first block that is shown does not say where it stood.
            let first = content.firstIndex { !["text", "tool_use"].contains($0["type"] as? String) } ?? 0
            if content[..<first].contains(where: { $0["type"] as? String == "tool_use" }) { both = both.map { $0.sorted() } }
            #expect(both[0] == both[1], "\(exchange.id)")
        }
    }

    /// What an SDK makes of a stream, `content_blocks` in the order of their indexes.
    private func sentBack(_ answer: AssembledAnswer, blocks: [Int: [String: Any]]) -> [String: Any] {
        var message: [String: Any] = ["role": "assistant", "content": answer.text]
        if !blocks.isEmpty { message["content_blocks"] = blocks.sorted { $0.key < $1.key }.map(\.value) }
        if !answer.calls.isEmpty {
            message["tool_calls"] = answer.calls.map {
                ["id": $0.id, "type": "function", "function": ["name": $0.name, "arguments": $0.arguments]]
            }
        }
        return message
    }

    /// A caller that called a tool itself is the usual one; neighbouring texts are one text.
    private func plain(_ message: [String: Any]) -> [String: Any] {
        var message = message
        var blocks: [[String: Any]] = []
        for block in message["content"] as? [[String: Any]] ?? [] {
            var block = block
            if (block["caller"] as? [String: Any])?["type"] as? String == "direct" { block["caller"] = nil }
            let isBare = block["type"] as? String == "text" && block.count == 2
            if isBare, let last = blocks.last, last["type"] as? String == "text", last.count == 2 {
                block["text"] = (last["text"] as? String ?? "") + (block["text"] as? String ?? "")
                blocks.removeLast()
            }
            blocks.append(block)
        }
        message["content"] = blocks
        return message
    }

    private func differences(_ actual: [String: Any], _ native: [String: Any]) -> [String] {
        let actual = NativeForm.normal(actual), native = NativeForm.normal(native)
        return Set(actual.keys).union(native.keys).sorted().compactMap { key in
            let texts = [Anthropic.text(actual[key]), Anthropic.text(native[key])]
            return texts[0] == texts[1] ? nil : "\(key): \(texts[0]) is not \(texts[1])"
        }
    }
}

/// The different ways to say the same in the provider's form, as one.
enum NativeForm {
    static func normal(_ body: [String: Any]) -> [String: Any] {
        var body = withoutNulls(body) as? [String: Any] ?? [:]
        if let system = body["system"] { body["system"] = blocks(system) }
        if (body["system"] as? [Any])?.isEmpty ?? false { body["system"] = nil }
        if body["stream"] as? Bool == false { body["stream"] = nil }
        for key in ["tools", "stop_sequences"] where (body[key] as? [Any])?.isEmpty ?? false { body[key] = nil }
        if let choice = body["tool_choice"] as? [String: Any], choice["disable_parallel_tool_use"] as? Bool == false {
            body["tool_choice"] = choice.filter { $0.key != "disable_parallel_tool_use" }
        }
        var messages: [[String: Any]] = []
        for message in body["messages"] as? [[String: Any]] ?? [] {
            var content = blocks(message["content"] ?? [])
            if let last = messages.last, last["role"] as? String == message["role"] as? String {
                content = (messages.removeLast()["content"] as? [Any] ?? []) + content
            }
            messages.append(["role": message["role"] ?? "", "content": content])
        }
        body["messages"] = messages
        return body
    }

    private static func blocks(_ content: Any) -> [Any] {
        let list = (content as? String).map { [["type": "text", "text": $0]] } ?? content as? [[String: Any]] ?? []
        return list.compactMap { block -> [String: Any]? in
            var block = block
            if block["type"] as? String == "text", (block["text"] as? String ?? "").allSatisfy(\.isWhitespace) { return nil }
            if block["type"] as? String == "tool_result" {
                if let inner = block["content"] { block["content"] = blocks(inner) }
                if block["is_error"] as? Bool == false { block["is_error"] = nil }
            }
            return block
        }
    }

    private static func withoutNulls(_ value: Any) -> Any {
        if let object = value as? [String: Any] {
            return object.filter { !($0.value is NSNull) }.mapValues(withoutNulls)
        }
        return (value as? [Any])?.map(withoutNulls) ?? value
    }
}
