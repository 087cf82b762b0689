// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import ProviderAdapters
import Testing

/// What recorded clients sent natively, said in OpenAI's form by this test, must come out as they sent it: shapes that the provider
/// is known to take.
@Suite(.enabled(if: AnthropicRecordings.areHere, "the recordings are not beside the package"))
struct AnthropicRoundTripTests {
    @Test func `a recorded request said in OpenAI's form is translated back to itself`() throws {
        var compared = 0
        for exchange in AnthropicRecordings.messages {
            guard exchange.status == 200, let native = exchange.request, let request = OpenAIForm(native).request else { continue }
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
            if block["type"] as? String == "text", (block["text"] as? String ?? "").isEmpty { return nil }
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
