// SPDX-License-Identifier: Apache-2.0
import Caching
import Foundation
import GatewayModel
import JSONBytes
import TestSupport
import Testing

/// The observed behaviour of the field's best-known cache, and where ours is another on purpose.
// The vectors lie beside the repository, not in it.
@Suite(.enabled(if: SharedFolder.has("portkey-vectors/cache.json"), "the vectors are not here"))
struct KeyVectorTests {
    private func section(_ name: String) throws -> [[String: Any]] {
        let data = try Data(contentsOf: SharedFolder.url.appendingPathComponent("portkey-vectors/cache.json"))
        let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(all[name] as? [[String: Any]])
    }

    /// Pairs with `base` that are two keys there and one here.
    private static let sameHere = [
        "key-order-matters": "members of an object have no order; the answer cannot depend on it",
        "stream-flag-counts": "an answer is kept whole and given either way",
    ]

    @Test func `keys are equal where theirs are, but for the differences that are meant`() throws {
        let cases = try section("keys").map { entry in
            let input = try #require(entry["input"] as? [String: Any])
            let headers = try #require(input["headers"] as? [String: String])
            var context = keyContext
            context.scope = try #require(input["organisationId"] as? String)
            context.base = try #require(input["url"] as? String)
            context.namespace = headers["x-portkey-cache-namespace"]
            // A namespace takes the place of the metadata; without one, what `vary` names counts.
            if context.namespace == nil { context.vary = [("metadata", headers["x-portkey-metadata"].map { Array($0.utf8) })] }
            let request = try JSONDocument(Array(JSONSerialization.data(withJSONObject: try #require(input["request"]))))
            let theirs = try #require((entry["expect"] as? [String: String])?["key"])
            return (
                id: try #require(entry["id"] as? String), theirs: theirs,
                ours: CacheKey.exact(document: request, request: request.root, context: context)
            )
        }
        #expect(cases.count == 8)
        for (index, one) in cases.enumerated() {
            for other in cases[..<index] {
                let isMeant = [one, other].contains { Self.sameHere[$0.id] != nil }
                if isMeant {
                    let plain = ["base", "other-headers-ignored"] + Self.sameHere.keys
                    #expect((one.ours == other.ours) == (plain.contains(one.id) && plain.contains(other.id)))
                } else {
                    #expect((one.ours == other.ours) == (one.theirs == other.theirs), "\(one.id) \(other.id)")
                }
            }
        }
    }

    /// Their prompt is every message but the first, whoever's, as text or JSON: it leaves the system's out, so that two callers
    /// with two of them share answers, and a request of one message has none. Ours is the last user message's text, and all other
    /// messages must be equal; one message is enough.
    private static let ours: [String: String?] = [
        "chat-user-assistant-user": "c", "chat-parts": "hi", "messages": "x",
        // There is no such operation here.
        "complete-array": nil, "embed": nil, "responses": nil,
    ]

    @Test func `the text that is compared is the last user message`() throws {
        for entry in try section("semantic_prompt") {
            let id = try #require(entry["id"] as? String)
            let expected = try #require(Self.ours[id], "\(id) is new")
            let request = try JSONDocument(Array(JSONSerialization.data(withJSONObject: try #require(entry["request"]))))
            var context = keyContext
            if id == "messages" { context.operation = .messages }
            switch SemanticRequest(document: request, request: request.root, context: context) {
            case .text(let text, _): #expect(text == expected, "\(id)")
            case .bypassed(let reason):
                #expect(expected == nil, "\(id)")
                #expect(reason == .noUserMessage)
            }
        }
    }

    /// The mode is named in a config here and in no header of its own, so only the modes' names are common.
    @Test func `header modes are known`() throws {
        #expect(Set(try section("header_mode").compactMap { $0["expect"] as? String }) == ["simple", "false"])
    }
}
