// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import TestSupport
import Testing

@testable import Routing

@Suite struct ConfigCacheTests {
    private func rule(_ cache: String) throws -> CacheRule? {
        let plan = try compile(#"{"cache": \#(cache)}"#)
        #expect(plan.warnings == [])
        return plan.targets[0].cache
    }

    @Test(arguments: [
        ("null", nil), ("false", nil), (#""""#, nil), (#""off""#, nil), (#"{"mode": "off"}"#, nil),
        (#"{"mode": "off", "coalesce": false}"#, nil), ("true", .simple), (#""simple""#, .simple),
        (#""semantic""#, .semantic), (#""shadow""#, .shadow), (#"{"mode": "simple"}"#, .simple),
    ] as [(String, CacheRule.Mode?)])
    func `a mode alone is a whole rule`(cache: String, mode: CacheRule.Mode?) throws {
        #expect(try rule(cache) == mode.map { CacheRule(mode: $0) })
    }

    @Test func `what a rule does not say is strict, shared and a week long`() throws {
        let rule = try #require(try rule(#"{"mode": "semantic"}"#))
        #expect(rule.maxAgeSeconds == 604_800 && rule.namespace == nil && rule.vary == [])
        #expect(rule.coalesces && !rule.keepsToolCalls)
        #expect(rule.semantic.preset == .strict && rule.semantic.thresholds == SemanticRule.Thresholds())
        #expect(rule.semantic.disabledVetoes == [] && rule.semantic.embeddings == nil)
        #expect(rule.semantic.verifyPercent == 2 && rule.semantic.maxFalseHitPercent == 1 && rule.semantic.maxTemperature == 1)
    }

    @Test func `every field of it is read, in either case`() throws {
        let snake = #"""
            {"mode": "shadow", "max_age": 7776000, "namespace": "faq", "vary": ["metadata.team", "headers.X-Plan", "user",
             "params.store", "user"], "coalesce": false, "tool_calls": true, "preset": "custom",
             "thresholds": {"same": 0.5, "insertion": 1}, "vetoes": {"numbers": false, "tense": true, "volatile": false},
             "verify_percent": 0, "max_false_hit": 0.5, "max_temperature": 2,
             "embeddings": {"virtual_key": "k", "model": "m", "dimensions": 256}}
            """#
        let rule = try #require(try rule(snake))
        #expect(rule.mode == .shadow && rule.maxAgeSeconds == 7_776_000 && rule.namespace == "faq")
        #expect(rule.vary == [.metadata("team"), .header("x-plan"), .parameter("user"), .parameter("store")])
        #expect(!rule.coalesces && rule.keepsToolCalls)
        let semantic = rule.semantic
        #expect(semantic.preset == .custom && semantic.thresholds.same == 0.5 && semantic.thresholds.insertion == 1)
        #expect(semantic.thresholds.substitution == nil && semantic.disabledVetoes == ["numbers", "volatile"])
        #expect(semantic.verifyPercent == 0 && semantic.maxFalseHitPercent == 0.5 && semantic.maxTemperature == 2)
        #expect(semantic.embeddings == EmbeddingsRule(source: .virtualKey("k"), model: "m", dimensions: 256))
        let camel = snake.replacing("max_age", with: "maxAge").replacing("tool_calls", with: "toolCalls")
            .replacing("verify_percent", with: "verifyPercent").replacing("virtual_key", with: "virtualKey")
        #expect(try self.rule(camel) == rule)
    }

    @Test func `thresholds and vetoes make it custom`() throws {
        #expect(try rule(#"{"mode": "semantic", "thresholds": {"same": 0.9}}"#)?.semantic.preset == .custom)
        #expect(try rule(#"{"mode": "semantic", "vetoes": {"question_kind": false}}"#)?.semantic.preset == .custom)
        #expect(try rule(#"{"mode": "semantic", "preset": "balanced"}"#)?.semantic.preset == .balanced)
    }

    @Test func `coalescing alone needs no mode`() throws {
        var expected = CacheRule(mode: .off)
        #expect(try rule(#"{"coalesce": true}"#) == expected)
        #expect(try rule(#"{"mode": "off", "coalesce": true}"#) == expected)
        expected.mode = .simple
        expected.coalesces = false
        #expect(try rule(#"{"mode": "simple", "coalesce": false}"#) == expected)
    }

    @Test(.enabled(if: SharedFolder.has("portkey-vectors/cache.json"), "the vectors are not beside the package"))
    func `lifetimes are theirs`() throws {
        let data = try Data(contentsOf: SharedFolder.url.appendingPathComponent("portkey-vectors/cache.json"))
        let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let cases = try #require(all["ttl"] as? [[String: Any]])
        #expect(cases.count == 8)
        for entry in cases {
            let age = (entry["max_age"] as? Int).map { #", "max_age": \#($0)"# } ?? ""
            let seconds = try compileTarget(#""cache": {"mode": "simple"\#(age)}"#).cache?.maxAgeSeconds
            #expect(seconds == entry["expect_ttl"] as? Int)
        }
    }

    @Test(arguments: [("60", 60), ("60.9", 60), ("59.9", 604_800), ("0", 604_800), ("-1", 604_800), ("7776001", 604_800)])
    func `an age outside of Portkey's limits is a week`(age: String, seconds: Int) throws {
        #expect(try compileTarget(#""cache": {"mode": "simple", "max_age": \#(age)}"#).cache?.maxAgeSeconds == seconds)
    }

    @Test(arguments: [
        (#"{"virtual_key": "a", "model": "m"}"#, EmbeddingsRule.Source.virtualKey("a")),
        (#"{"provider": "@a", "model": "m"}"#, .virtualKey("a")),
        (#"{"provider": "openai", "model": "m"}"#, .provider("openai")),
    ])
    func `embeddings come from a virtual key or a provider`(embeddings: String, source: EmbeddingsRule.Source) throws {
        let rule = try rule(#"{"mode": "semantic", "embeddings": \#(embeddings)}"#)
        #expect(rule?.semantic.embeddings == EmbeddingsRule(source: source, model: "m"))
    }

    @Test(arguments: [
        ("3", "", "an object"),
        ("[]", "", "an object"),
        (#""exact""#, "", "simple, semantic, shadow or off"),
        ("{}", ".mode", "simple, semantic, shadow or off"),
        (#"{"mode": "exact"}"#, ".mode", "simple, semantic, shadow or off"),
        (#"{"mode": true}"#, ".mode", "simple, semantic, shadow or off"),
        (#"{"mode": "simple", "max_age": "60"}"#, ".max_age", "a number of seconds"),
        (#"{"mode": "simple", "max_age": 1e99}"#, ".max_age", "a number of seconds"),
        (#"{"mode": "simple", "namespace": ""}"#, ".namespace", "not empty"),
        (#"{"mode": "simple", "namespace": "a\nb"}"#, ".namespace", "no control characters"),
        (#"{"mode": "simple", "vary": "user"}"#, ".vary", "a list of fields"),
        (#"{"mode": "simple", "vary": ["user", "metadata."]}"#, ".vary[1]", "user, metadata.KEY, headers.NAME or params.NAME"),
        (#"{"mode": "simple", "vary": ["team"]}"#, ".vary[0]", "user, metadata.KEY, headers.NAME or params.NAME"),
        (#"{"mode": "simple", "coalesce": 1}"#, ".coalesce", "true or false"),
        (#"{"mode": "simple", "tool_calls": "no"}"#, ".tool_calls", "true or false"),
        (#"{"mode": "semantic", "preset": "loose"}"#, ".preset", "strict, balanced or custom"),
        (#"{"mode": "semantic", "preset": "strict", "thresholds": {"same": 0.9}}"#, ".thresholds", "the preset custom"),
        (#"{"mode": "semantic", "preset": "balanced", "vetoes": {}}"#, ".vetoes", "the preset custom"),
        (#"{"mode": "semantic", "thresholds": 0.9}"#, ".thresholds", "an object"),
        (#"{"mode": "semantic", "thresholds": {"same": 0.49}}"#, ".thresholds.same", "from 0.5 to 1"),
        (#"{"mode": "semantic", "thresholds": {"insertion": "1"}}"#, ".thresholds.insertion", "from 0.5 to 1"),
        (#"{"mode": "semantic", "vetoes": ["numbers"]}"#, ".vetoes", "an object"),
        (#"{"mode": "semantic", "vetoes": {"number": false}}"#, ".vetoes.number", "numbers, negation, antonym, name"),
        (#"{"mode": "semantic", "vetoes": {"numbers": 0}}"#, ".vetoes.numbers", "true or false"),
        (#"{"mode": "semantic", "verify_percent": 101}"#, ".verify_percent", "from 0 to 100"),
        (#"{"mode": "semantic", "max_false_hit": -1}"#, ".max_false_hit", "from 0 to 100"),
        (#"{"mode": "semantic", "max_temperature": 3}"#, ".max_temperature", "from 0 to 2"),
        (#"{"mode": "semantic", "embeddings": {"model": "m"}}"#, ".embeddings", "either virtual_key or provider"),
        (#"{"mode": "semantic", "embeddings": {"provider": "a", "virtual_key": "b", "model": "m"}}"#, ".embeddings", "either"),
        (#"{"mode": "semantic", "embeddings": {"provider": "a"}}"#, ".embeddings.model", "is missing"),
        (#"{"mode": "semantic", "embeddings": {"provider": "@", "model": "m"}}"#, ".embeddings.provider", "after the @"),
        (#"{"mode": "semantic", "embeddings": {"provider": "a", "model": "m", "dimensions": 0}}"#, ".embeddings.dimensions", "1"),
    ])
    func `a fault in it is refused by its path, and the message says what is allowed`(
        cache: String, path: String, allowed: String
    ) throws {
        let failure = try #require(try refusal(#"{"virtual_key": "a", "cache": \#(cache)}"#))
        #expect(failure.code == .invalidParams)
        let place = "options.config.cache" + path
        #expect(failure.path == place)
        #expect(failure.message.hasPrefix(place + " ") && failure.message.contains(allowed), "\(failure.message)")
    }

    @Test func `what it varies with is read from the call, and is nil where the call has none`() throws {
        let vary = #"["metadata.team", "headers.X-Plan", "user", "metadata.none", "headers.none"]"#
        let rule = try #require(try rule(#"{"mode": "simple", "vary": \#(vary)}"#))
        let request = try JSONDocument(#"{"user": "u1"}"#)
        let metadata = try JSONDocument(#"{"team": "search"}"#)
        let facts = RoutingFacts(
            metadata: (metadata, metadata.root), params: (request, request.root), headers: [("x-plan", "gold")], urlPath: "/")
        let values = rule.varyingValues(of: facts)
        #expect(values.map(\.name) == ["metadata.team", "headers.x-plan", "params.user", "metadata.none", "headers.none"])
        #expect(values.map { $0.value.map { String(decoding: $0, as: UTF8.self) } } == [#""search""#, "gold", #""u1""#, nil, nil])
    }
}
