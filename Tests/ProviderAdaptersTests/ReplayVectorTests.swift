// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

/// What another gateway streams for a kept answer, against what ours does. Skipped where the vectors are absent.
@Suite(.enabled(if: AnthropicRecordings.vectorsAreHere, "needs the vectors in ../shared/portkey-vectors"))
struct ReplayVectorTests {
    /// Where we differ on purpose, for each case: what is put right in the expected chunks before they are compared.
    enum Case: CaseIterable {
        case text, tool, twoChoices, long, message, completionText, completionLong, response

        var place: (id: String, function: String) {
            switch self {
            case .text: ("text", "chatComplete")
            case .tool: ("tool", "chatComplete")
            case .twoChoices: ("two-choices", "chatComplete")
            case .long: ("long", "chatComplete")
            case .message: ("msg", "messages")
            case .completionText: ("text", "complete")
            case .completionLong: ("long", "complete")
            case .response: ("resp", "createModelResponse")
            }
        }

        /// `nil`: compared in full.
        var reasonToSkip: String? {
            switch self {
            case .completionText, .completionLong: "there is no operation `completions`"
            case .response: "there is no operation `responses`"
            default: nil
            }
        }
    }

    /// Differences that hold for all chats: `created` is the answer's own, not the time of the replay; the usage comes once, at
    /// the end, and only if it was asked for, not in each chunk; a `provider` and a `system_fingerprint` that the answer does not
    /// have are not made up; the role comes once, in a chunk of its own with an empty content, as providers send it; pieces are
    /// shorter than 500 characters; `[DONE]` is the front's to write. What the chunks say is the same.
    @Test(arguments: [Case.text, .tool, .twoChoices, .long])
    func `a kept chat completion streams what the vectors stream`(_ name: Case) throws {
        let vector = try Self.vector(name)
        let whole = try #require(vector["json"] as? [String: Any])
        let chunks = try #require(Replay.replay(Anthropic.bytes(whole), .chat, includesUsage: false))
        let own = chunks.map { String(decoding: $0, as: UTF8.self) }
        let expected = try Self.data(vector)
        #expect(expected.last == "[DONE]")
        #expect(OpenAIReadings.choices(ofChunks: own) == OpenAIReadings.choices(ofChunks: expected.dropLast()))
        for object in Replay.objects(chunks) {
            #expect(object["object"] as? String == "chat.completion.chunk")
            #expect(object["id"] as? String == whole["id"] as? String && object["created"] as? Int == whole["created"] as? Int)
            #expect(object["usage"] == nil && object["provider"] == nil)
        }
        let roles = Replay.objects(chunks).flatMap { $0["choices"] as? [[String: Any]] ?? [] }
            .filter { ($0["delta"] as? [String: Any])?["role"] != nil }
        #expect(roles.count == (whole["choices"] as? [Any])?.count)
    }

    /// Put right: the message's type is `message`, not `message_start`; its stop comes at the end, so does what it put out; a
    /// `tool_use` block is the block, not one in a member of that name.
    @Test func `a kept message streams what the vectors stream, in the right shapes`() throws {
        let vector = try Self.vector(.message)
        let chunks = try #require(Replay.replay(Anthropic.bytes(vector["json"] ?? NSNull()), .messages))
        var expected = try Self.data(vector).map { try Anthropic.object(Array($0.utf8)) }
        var message = expected[0]["message"] as? [String: Any] ?? [:]
        #expect(message["type"] as? String == "message_start")
        message["type"] = "message"
        message["stop_reason"] = NSNull()
        message["usage"] = ["input_tokens": 5, "output_tokens": 0]
        expected[0]["message"] = message
        let block = expected[4]["content_block"] as? [String: Any]
        expected[4]["content_block"] = try #require(block?["tool_use"])
        #expect(Replay.objects(chunks).map { Anthropic.text($0) } == expected.map { Anthropic.text($0) })
    }

    @Test func `each vector is compared or has a reason`() throws {
        #expect(Case.allCases.filter { $0.reasonToSkip == nil } == [.text, .tool, .twoChoices, .long, .message])
        for name in Case.allCases { #expect(try !Self.vector(name).isEmpty) }
        #expect(try Self.cases().count == Case.allCases.count)
    }

    private static func cases() throws -> [[String: Any]] {
        let file = AnthropicRecordings.vectors.appendingPathComponent("cache_hit_json_to_stream.json")
        return try Anthropic.object([UInt8](Data(contentsOf: file)))["cases"] as? [[String: Any]] ?? []
    }

    private static func vector(_ name: Case) throws -> [String: Any] {
        try #require(
            try cases().first { $0["id"] as? String == name.place.id && $0["fn"] as? String == name.place.function })
    }

    /// The `data` of the expected events.
    private static func data(_ vector: [String: Any]) throws -> [String] {
        let chunks = try #require((vector["expect"] as? [String: Any])?["chunks"] as? [String])
        return chunks.flatMap { $0.split(separator: "\n") }.filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
    }
}
