// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import ProviderAdapters
import Testing

/// Portkey's own translations of the same requests; either of its versions counts as right.
@Suite(.enabled(if: AnthropicRecordings.vectorsAreHere, "the vectors are not beside the package"))
struct AnthropicVectorTests {
    /// Where this dialect translates otherwise on purpose.
    private static let deviations: [String: String] = [
        "minimal": "max_tokens is the model's own limit (8192), not 64000, which this model refuses",
        "default_sentinel": "portkey-default is Portkey's own word; a temperature that is no number is an error",
        "file_url": "the file's name becomes the document's title",
        "file_text": "the file's name becomes the document's title",
        "tools_auto": "a schema goes as it was written: additionalProperties stays, no empty $defs is added",
        "tools_required": "as tools_auto",
        "tools_none": "as tools_auto",
        "tools_named": "as tools_auto",
        "tools_noparams": "no empty description, required or $defs is made up",
        "google_search": "as tools_noparams",
        "tool_result": "as tools_auto",
        "tool_result_two": "as tools_auto; results of parallel calls and the text behind them are one user message",
    ]

    @Test func `requests are translated as Portkey does, but for the listed ones`() throws {
        let data = try Data(contentsOf: AnthropicRecordings.vectors.appendingPathComponent("anthropic.chat_request.json"))
        let cases = (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["cases"] as? [[String: Any]] ?? []
        let newer = try newerExpectations()
        #expect(cases.count >= 20)
        var deviating: Set<String> = []
        for vector in cases {
            let id = vector["id"] as? String ?? ""
            let expected = [vector["expect"], newer[id]].map { normal(($0 as? [String: Any])?["body"]) }
            let request = String(decoding: Anthropic.bytes(vector["request"] ?? NSNull()), as: UTF8.self)
            let actual = (try? Anthropic.encode(request)).map { normal($0.body) }
            if let actual, expected.contains(actual) { continue }
            deviating.insert(id)
            #expect(Self.deviations[id] != nil, "\(id): \(actual ?? "refused") is not \(expected)")
        }
        let known = Set(cases.compactMap { $0["id"] as? String })
        #expect(deviating == known.intersection(Self.deviations.keys), "a listed case does not deviate any more")
    }

    private func newerExpectations() throws -> [String: Any] {
        let data = try Data(contentsOf: AnthropicRecordings.vectors.appendingPathComponent("diff_2_0.json"))
        let object = try JSONSerialization.jsonObject(with: data)
        let cases = object as? [[String: Any]] ?? (object as? [String: Any])?["cases"] as? [[String: Any]] ?? []
        let own = cases.filter { $0["file"] as? String == "anthropic.chat_request.json" }
        return Dictionary(own.map { ($0["id"] as? String ?? "", $0["expect_2_0"] ?? NSNull()) }) { first, _ in first }
    }

    /// A text is a list of one text block, and an empty system prompt is none.
    private func normal(_ body: Any?) -> String {
        guard var body = body as? [String: Any] else { return "nothing" }
        if let system = body["system"] as? [Any], system.isEmpty { body["system"] = nil }
        body["messages"] = (body["messages"] as? [[String: Any]] ?? []).map { message in
            var message = message
            if let text = message["content"] as? String { message["content"] = [["type": "text", "text": text]] }
            return message
        }
        return Anthropic.text(body)
    }

    @Test func `answers read as Portkey's strict ones do`() throws {
        let data = try Data(contentsOf: AnthropicRecordings.vectors.appendingPathComponent("chat_response.json"))
        let object = try JSONSerialization.jsonObject(with: data)
        let cases = object as? [[String: Any]] ?? (object as? [String: Any])?["cases"] as? [[String: Any]] ?? []
        var seen = 0
        for vector in cases where vector["provider"] as? String == "anthropic" && vector["status"] as? Int == 200 {
            guard vector["strict"] as? Bool == true, let expected = vector["expect"] as? [String: Any] else { continue }
            seen += 1
            let id = vector["id"] as? String ?? ""
            let body = String(decoding: Anthropic.bytes(vector["body"] ?? NSNull()), as: UTF8.self)
            let actual = try Anthropic.decode(body, strict: true).body
            var left = AssembledAnswer(completion: actual)
            let right = AssembledAnswer(completion: expected)
            // 1.x leaves cached tokens out of prompt_tokens; 2.0 and this count them.
            left.prompt = right.prompt
            // 1.x calls a refusal a stop.
            if (vector["body"] as? [String: Any])?["stop_reason"] as? String == "refusal" { left.finish = right.finish }
            #expect(left == right, "\(id)")
            let totals = [actual, expected].map { ($0["usage"] as? [String: Any])?["total_tokens"] as? Int }
            #expect(totals[0] == totals[1], "\(id)")
            #expect(actual["created"] as? Int == 1_700_000_000 && actual["object"] as? String == "chat.completion", "\(id)")
        }
        #expect(seen >= 5)
    }
}
