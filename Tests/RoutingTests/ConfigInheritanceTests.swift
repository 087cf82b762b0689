// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Routing

@Suite struct ConfigInheritanceTests {
    /// The target of a config whose root and whose only target have these members.
    private func leaf(root: String, child: String, mode: String = "single") throws -> PlanTarget {
        let strategy = mode == "conditional" ? #"{"mode": "conditional", "default": "n"}"# : #"{"mode": "\#(mode)"}"#
        let text = #"{\#(root), "strategy": \#(strategy), "targets": [{"name": "n"\#(child.isEmpty ? "" : ", ")\#(child)}]}"#
        return try #require(try compile(text).targets.first)
    }

    private func text(_ members: [BodyMember]) -> [String] {
        members.map { $0.name + "=" + String(decoding: $0.value, as: UTF8.self) }
    }

    @Test func `override_params are merged one by one, the child's on top, as the bytes they were`() throws {
        let target = try leaf(
            root: #""override_params": {"model": "m1", "temperature": 0.50, "stop": ["a", "b"]}"#,
            child: #""override_params": {"model": "m2", "seed": 1e0, "stop": null}"#)
        #expect(text(target.edits.overrides) == [#"model="m2""#, "temperature=0.50", "stop=null", "seed=1e0"])
        #expect(target.edits.model == "m2")
    }

    @Test func `a model is inherited, and null takes it away`() throws {
        let parent = #""override_params": {"model": "m1"}"#
        #expect(try leaf(root: parent, child: "").edits.model == "m1")
        #expect(try leaf(root: parent, child: #""override_params": {"n": 1}"#).edits.model == "m1")
        #expect(try leaf(root: parent, child: #""override_params": {"model": null}"#).edits.model == nil)
    }

    @Test func `default_params and drop_params are merged too`() throws {
        let target = try leaf(
            root: #""default_params": {"n": 1, "user": "u"}, "drop_params": ["logit_bias", "a.b"]"#,
            child: #""default_params": {"n": 2}, "drop_params": ["a.b", "seed"]"#)
        #expect(text(target.edits.defaults) == ["n=2", #"user="u""#])
        #expect(target.edits.dropped == ["logit_bias", "a.b", "seed"])
    }

    @Test func `a leaf has at most so many parameters, those of its parents included`() throws {
        func config(_ count: Int) -> String {
            let members = (1..<count).map { #""p\#($0)": 1"# }.joined(separator: ", ")
            let child = #"{"override_params": {"own": 1}}"#
            return #"{"override_params": {\#(members)}, "strategy": {"mode": "single"}, "targets": [\#(child)]}"#
        }
        #expect(try compile(config(64)).targets[0].edits.overrides.count == 64)
        #expect(try refusal(config(65))?.path == "options.config.targets[0].override_params")
    }

    @Test func `leaves that all have their parent's parameters make no plan of any size`() throws {
        func config(_ count: Int) -> String {
            func members(_ name: String) -> String { (0..<63).map { #""\#(name)\#($0)": 1"# }.joined(separator: ", ") }
            let leaf = #"{"override_params": {"a": 1}, "default_params": {"b": 1}}"#
            let leaves = Array(repeating: leaf, count: count).joined(separator: ",")
            return #"{"override_params": {\#(members("o"))}, "default_params": {\#(members("d"))}, "#
                + #""strategy": {"mode": "fallback"}, "targets": [\#(leaves)]}"#
        }
        #expect(try compile(config(400)).roughBytes <= PlanCompiler.mostBytes)
        let fault = try #require(try refusal(config(720)))
        #expect(fault.path == "options.config.targets[461]")
        #expect(fault.message.contains("makes the plan larger than 4 MB"))
    }

    @Test func `a retry takes the whole place of the parent's`() throws {
        let parent = #""retry": {"attempts": 1, "on_status_codes": [500], "use_retry_after_header": true}"#
        #expect(try leaf(root: parent, child: "").retry == RetryRule(attempts: 1, codes: [500], usesRetryAfter: true))
        #expect(try leaf(root: parent, child: #""retry": {"attempts": 2}"#).retry == RetryRule(attempts: 2))
        #expect(try leaf(root: parent, child: #""retry": {}"#).retry == RetryRule())
        #expect(try leaf(root: parent, child: #""retry": null"#).retry.attempts == 1)
    }

    @Test func `so does a cache, and false turns it off`() throws {
        let parent = #""cache": {"mode": "semantic", "max_age": 60}"#
        #expect(try leaf(root: parent, child: "").cache == CacheRule(mode: .semantic, maxAgeSeconds: 60))
        #expect(try leaf(root: parent, child: #""cache": {"mode": "simple"}"#).cache == CacheRule(mode: .simple))
        #expect(try leaf(root: parent, child: #""cache": false"#).cache == nil)
        #expect(try leaf(root: parent, child: #""cache": true"#).cache == CacheRule(mode: .simple))
        #expect(try leaf(root: parent, child: #""cache": "simple""#).cache == CacheRule(mode: .simple))
        #expect(try leaf(root: parent, child: #""cache": {"coalesce": false}"#).cache == nil)
    }

    @Test func `timeouts, host and forwarded headers are the parent's unless the child's are truthy`() throws {
        let parent = #"""
            "request_timeout": 50, "first_chunk_timeout": 60, "idle_timeout": 70, "custom_host": "https://a.example/v1",
             "forward_headers": ["X-A"]
            """#
        let silent = #"""
            "request_timeout": 0, "first_chunk_timeout": null, "idle_timeout": 0, "custom_host": "", "forward_headers": false
            """#
        for child in ["", silent] {
            let target = try leaf(root: parent, child: child)
            #expect(target.timeouts.requestMilliseconds == 50)
            #expect(target.timeouts.firstChunkMilliseconds == 60)
            #expect(target.timeouts.idleMilliseconds == 70)
            #expect(target.customHost == "https://a.example/v1")
            #expect(target.forwardHeaders == ["x-a"])
        }
        let own = try leaf(
            root: parent,
            child: #"""
                "requestTimeout": 5, "idle_timeout": 7, "custom_host": "https://b.example", "forward_headers": []
                """#)
        #expect(own.timeouts.requestMilliseconds == 5)
        #expect(own.timeouts.idleMilliseconds == 7)
        #expect(own.customHost == "https://b.example")
        #expect(own.forwardHeaders == [])
    }

    @Test func `strictness is inherited, other than upstream`() throws {
        let parent = #""strict_open_ai_compliance": false"#
        #expect(try leaf(root: parent, child: "").strictOpenAICompliance == false)
        #expect(try leaf(root: parent, child: #""strictOpenAiCompliance": true"#).strictOpenAICompliance == true)
        #expect(try compileTarget(#""weight": 1"#).strictOpenAICompliance == nil)
    }

    @Test func `hedge and last resort are inherited`() throws {
        let parent = #""hedge": {"after_percentile": 95, "max_extra_percent": 5}, "last_resort": true"#
        let target = try leaf(root: parent, child: "")
        #expect(target.hedge == HedgeRule(delay: .percentile(95), mostExtraPercent: 5))
        #expect(target.isLastResort)
        let own = try leaf(root: parent, child: #""hedge": {"after_ms": 800}, "last_resort": false"#)
        #expect(own.hedge == HedgeRule(delay: .milliseconds(800)))
        #expect(!own.isLastResort)
    }

    @Test func `provider and keys are never inherited`() throws {
        let target = try leaf(root: #""provider": "openai", "api_key": "k", "virtual_key": "a""#, child: "")
        #expect(target.usesCallersKey)
    }

    // MARK: Breakers

    private static let rule = #"{"failure_threshold": 3, "cooldown_interval": 60000}"#

    @Test func `a strategy's breaker goes to its leaves, however deep`() throws {
        let nested = #""strategy": {"mode": "single"}, "targets": [{}]"#
        let plan = try compile(
            #"""
            {"strategy": {"mode": "fallback", "cb_config": \#(Self.rule)}, "targets": [{}, {\#(nested)},
             {"circuit_breaker": {"failure_threshold": 9, "cooldown_interval": 60000}}]}
            """#)
        #expect(plan.targets.map { $0.breaker?.failures } == [3, 3, 9])
    }

    @Test func `a conditional strategy neither passes a breaker on nor has one`() throws {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "fallback", "cb_config": \#(Self.rule)}, "targets": [{"strategy": {"mode": "conditional",
             "default": "n"}, "targets": [{"name": "n"}]}]}
            """#)
        #expect(plan.targets[0].breaker == nil)
        let own = try compile(
            #"{"strategy": {"mode": "conditional", "default": "n", "cb_config": \#(Self.rule)}, "targets": [{"name": "n"}]}"#)
        #expect(own.targets[0].breaker == nil)
        #expect(own.warnings.count == 1)
        #expect(try leaf(root: #""circuit_breaker": \#(Self.rule)"#, child: "", mode: "conditional").breaker?.failures == 3)
    }

    @Test func `a breaker's numbers are read with upstream's defaults and limits`() throws {
        let short = try compileTarget(#""circuit_breaker": {"failure_threshold_percentage": 20, "cooldown_interval": 1000}"#)
        #expect(short.breaker == BreakerRule(failurePercent: 20, cooldownMilliseconds: 30_000))
        let full = try compileTarget(
            #"""
            "cb_config": {"failure_threshold": 2, "failure_threshold_percentage": 50, "minimum_requests": 10,
             "cooldown_interval": 40000, "failure_status_codes": [429]}
            """#)
        #expect(
            full.breaker
                == BreakerRule(failures: 2, failurePercent: 50, minimumRequests: 10, cooldownMilliseconds: 40_000, codes: [429]))
        #expect(try compileTarget(#""cb_config": {"failure_threshold": 2}"#).breaker == nil)
        #expect(try compileTarget(#""cb_config": {"cooldown_interval": 40000}"#).breaker == nil)
    }
}
