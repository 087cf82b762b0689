// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import TestSupport
import Testing

@testable import Routing

/// Portkey's own answers to the same configs, but for what `deviations` list with a reason.
@Suite(.enabled(if: SharedFolder.has("portkey-vectors/config_validation.json"), "the vectors are not beside the package"))
struct ConfigVectorTests {
    /// By file and case: what Wicket does instead, and why.
    static let deviations: [String: [String: String]] = [
        "config_validation": [
            "provider-only": "accepted: the key comes from the call or the provider needs none; who asks decides",
            "invalid-provider": "accepted: providers are the catalogue's, which a plan does not know; the call names the nearest",
            "at-provider": "accepted: @slug names a virtual key of the vault",
            "virtual-key-only": "accepted: the vault knows the key's provider",
            "virtual-key+provider-header": "accepted: as virtual-key-only",
            "targets-vk": "accepted: as virtual-key-only",
            "seed-fallback-top-level": "accepted: an older form of the same thing",
            "targets-no-strategy": "accepted with a warning: it is a leaf, as in the walk of the tree",
            "cache-string": "accepted: a mode alone says enough",
            "target-empty-object": "accepted: it is asked with the call's own key",
            "vertex-missing": "accepted: the provider is not supported yet, so its options are not checked",
            "retry-negative": "refused: fewer than no retries means nothing",
            "weight-negative": "refused: a share cannot be negative",
            "targets-empty": "refused: there is nothing to choose among",
        ],
        "conditional_router": [
            "in-not-array": "refused: $in takes a list, and a text in its place never matches",
            "nin-not-array": "refused: as in-not-array",
            "regex-invalid": "refused: a pattern that cannot be read would never match",
            "unknown-op-not-reached": "refused: an unknown operator is found when the config is compiled, reached or not",
        ],
        "orchestration": [
            "lb-all-zero": "refused: upstream crashes on it",
            "cond-bad-target": "refused when it is compiled, not when it is reached",
        ],
        "circuit_breaker": [
            "no-virtual-key-not-tracked": "the rule holds for every target, however its key is named",
            "cb-config-outside-strategy-ignored": "the rule is followed there too",
        ],
    ]

    private struct Vector {
        let document: JSONDocument
        let node: JSONNode
        var id: String { self["id"].flatMap(document.string) ?? "" }

        subscript(_ path: String...) -> JSONNode? {
            var node = node
            for key in path {
                guard let next = document.find(key, in: node) else { return nil }
                node = next
            }
            return node
        }
        func raw(_ path: String) -> String { self[path].map { String(decoding: document.raw($0), as: UTF8.self) } ?? "null" }
    }

    private func vectors(_ file: String) throws -> [Vector] {
        let url = SharedFolder.url.appendingPathComponent("portkey-vectors/\(file).json")
        let document = try JSONDocument([UInt8](Data(contentsOf: url)))
        let cases = try #require(document.find("cases", in: document.root))
        return document.elements(of: cases).map { Vector(document: document, node: $0) }
    }

    /// Whether each case agrees, but for the listed ones; and those don't.
    private func check(_ file: String, least: Int, _ agrees: (Vector) throws -> Bool?) throws {
        let listed = Self.deviations[file] ?? [:]
        var checked = 0
        var known: Set<String> = []
        var deviating: Set<String> = []
        for vector in try vectors(file) {
            guard let agrees = try agrees(vector) else { continue }
            checked += 1
            known.insert(vector.id)
            if agrees { continue }
            deviating.insert(vector.id)
            #expect(listed[vector.id] != nil, "\(vector.id) is answered otherwise than upstream")
        }
        #expect(checked >= least)
        #expect(deviating == known.intersection(listed.keys), "a listed case does not deviate any more")
    }

    @Test func `configs are accepted and refused as upstream does`() throws {
        try check("config_validation", least: 25) { vector in
            // What is in the headers is a call's options here, and a config by name is looked up before it is compiled.
            guard let config = vector["config"], vector.document.kind(config) == .object else { return nil }
            let isAccepted = vector["expect", "accepted"].flatMap(vector.document.bool)
            return isAccepted == (try refusal(vector.raw("config")) == nil)
        }
    }

    @Test func `conditions choose the target that upstream chooses`() throws {
        try check("conditional_router", least: 50) { vector in
            let expected = vector["expect", "index"].flatMap(vector.document.int)
            let text = #"{"strategy": \#(vector.raw("strategy")), "targets": \#(vector.raw("targets"))}"#
            if try refusal(text) != nil { return expected == nil }
            let context = try #require(vector["context"])
            let document = vector.document
            let metadata = document.find("metadata", in: context).map { (document, $0) }
            let facts = RoutingFacts(
                metadata: metadata, params: (document, try #require(document.find("params", in: context))),
                urlPath: document.find(path: "url", "pathname", in: context).flatMap(document.string) ?? "")
            return try compile(text).choice(facts) == expected
        }
    }

    @Test func `configs that upstream routes by are plans`() throws {
        try check("orchestration", least: 80) { vector in
            guard let config = vector["input", "config"], vector.document.kind(config) == .object else { return nil }
            return try refusal(String(decoding: vector.document.raw(config), as: UTF8.self)) == nil
        }
    }

    @Test func `a breaker's rule is active where upstream's is`() throws {
        try check("circuit_breaker", least: 5) { vector in
            guard let tracked = vector["expect", "tracked"] else { return nil }
            let isTracked = vector.document.members(of: tracked).contains { _ in true }
            // Upstream's cases name no default; without one a conditional strategy of no conditions chooses nothing.
            let text = vector.raw("config").replacingOccurrences(
                of: #""conditions":[]"#, with: #""conditions": [], "default": "n""#
            ).replacingOccurrences(of: #""virtual_key":"a""#, with: #""name": "n", "virtual_key": "a""#)
            return try compile(text).targets.contains { $0.breaker != nil } == isTracked
        }
    }

    /// Upstream turns keys into camelCase, but for those of subtrees that go on as they are.
    @Test func `a config in camelCase is the same plan`() throws {
        for vector in try vectors("config_camelcase") {
            // The case leaves the mode out.
            func complete(_ text: String) -> String {
                text.replacingOccurrences(of: #""strategy":{"#, with: #""strategy":{"mode":"fallback","#)
            }
            let snake = try compile(complete(vector.raw("input")))
            let camel = try compile(complete(vector.raw("expect")))
            #expect(snake.outline == "fallback[1](@a_b)")
            #expect(camel.outline == snake.outline)
            let (one, other) = (snake.targets[0], camel.targets[0])
            #expect(one.edits.overrides.map(\.name) == ["max_tokens", "x_y"])
            #expect(one.edits.overrides == other.edits.overrides)
            #expect(one.retry == RetryRule(codes: [1], usesRetryAfter: true))
            #expect(one.retry == other.retry)
            #expect(one.timeouts == other.timeouts)
            #expect(snake.warnings.count == camel.warnings.count)
        }
    }
}
