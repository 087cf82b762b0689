// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Routing

/// Older ways to write a strategy, and configs that say the same as those of the guide that Wicket grew from.
@Suite struct ConfigOlderFormTests {
    @Test func `retries beside a fallback block: the call as it is first, then the block's targets`() throws {
        let plan = try compile(
            #"""
            {"retry": {"attempts": 3}, "fallback": {"targets": [{"virtual_key": "one"}, {"virtual_key": "two"}]}}
            """#)
        #expect(plan.outline == "fallback(caller?, @one, @two)")
        #expect(plan.targets.map(\.path) == ["config", "config.fallback.targets[0]", "config.fallback.targets[1]"])
        #expect(plan.targets.map(\.retry.attempts) == [3, 3, 3])
        #expect(plan.targets.map(\.isOnlyWithCallersKey) == [true, false, false])
        #expect(plan.warnings == [])
    }

    @Test func `a node that names a key is the first target of its block`() throws {
        let plan = try compile(
            #"""
            {"virtual_key": "own", "override_params": {"model": "m"}, "fallback": {"on_status_codes": [429],
             "targets": [{"virtual_key": "one"}]}}
            """#)
        #expect(plan.outline == "fallback[429](@own, @one)")
        #expect(plan.targets.map(\.edits.model) == ["m", "m"])
        #expect(plan.targets.map(\.isOnlyWithCallersKey) == [false, false])
    }

    @Test func `a block inside of a target never asks with the caller's key`() throws {
        let plan = try compile(
            #"{"strategy": {"mode": "single"}, "targets": [{"fallback": {"targets": [{"virtual_key": "one"}]}}]}"#)
        #expect(plan.outline == "single(fallback(@one))")
        #expect(plan.targets[0].path == "config.targets[0].fallback.targets[0]")
    }

    @Test func `a loadbalance block and a conditional block are strategies too`() throws {
        let balanced = try compile(#"{"loadbalance": {"targets": [{"virtual_key": "a", "weight": 2}, {"virtual_key": "b"}]}}"#)
        #expect(balanced.outline == "loadbalance(@a, @b)")
        let conditional = try compile(
            #"""
            {"conditional": {"conditions": [{"query": {"metadata.plan": "paid"}, "then": "x"}], "default": "y",
             "targets": [{"name": "x"}, {"name": "y"}]}}
            """#)
        #expect(conditional.outline == "conditional(caller, caller)")
        #expect(try conditional.choice(facts(metadata: #"{"plan": "paid"}"#)) == 0)
    }

    @Test func `the form of 2023, with a mode beside its options`() throws {
        let plan = try compile(
            #"""
            {"mode": "fallback", "options": [{"provider": "openai", "apiKey": "k", "overrideParams": {"model": "m"}},
             {"virtualKey": "b"}]}
            """#)
        #expect(plan.outline == "fallback(openai, @b)")
        #expect(plan.targets.map(\.path) == ["config.options[0]", "config.options[1]"])
        #expect(plan.targets[0].edits.model == "m")
        #expect(plan.holdsSecret)
    }

    // MARK: The guide's configs

    @Test func `hooks that name guardrails are kept out, with a warning`() throws {
        let plan = try compile(#"{"before_request_hooks": [{"id": "in-1"}], "after_request_hooks": [{"id": "out-1"}]}"#)
        #expect(plan.outline == "caller")
        #expect(plan.warnings.count == 1)
        #expect(plan.targets[0].usesCallersKey)
    }

    @Test func `a cache by its mode alone`() throws {
        let plan = try compile(#"{"cache": {"mode": "semantic"}}"#)
        #expect(plan.targets[0].cache == CacheRule(mode: .semantic))
        #expect(plan.warnings == [])
    }

    @Test func `plans swap places where the config's labels do`() throws {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "conditional", "default": "free-tier", "conditions": [
                {"query": {"metadata.user_plan": {"$eq": "paid"}}, "then": "free-tier"},
                {"query": {"metadata.user_plan": {"$eq": "free"}}, "then": "paid-tier"}]},
             "targets": [{"name": "free-tier", "virtual_key": "a", "override_params": {"model": "small"}},
                         {"name": "paid-tier", "virtual_key": "a", "override_params": {"model": "large"}}]}
            """#)
        func model(_ metadata: String?) throws -> String? {
            try plan.choice(facts(metadata: metadata)).flatMap { plan.targets[$0].edits.model }
        }
        #expect(try model(#"{"user_plan": "paid"}"#) == "small")
        #expect(try model(#"{"user_plan": "free"}"#) == "large")
        #expect(try model(#"{"user_plan": "other"}"#) == "small")
        #expect(try model(nil) == "small")
        #expect(plan.warnings == [])
    }

    @Test func `seventy to thirty between two models of one key`() throws {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "loadbalance"}, "targets": [
                {"virtual_key": "a", "override_params": {"model": "small"}, "weight": 0.7},
                {"virtual_key": "a", "override_params": {"model": "large"}, "weight": 0.3}]}
            """#)
        #expect(plan.outline == "loadbalance(@a, @a)")
        #expect(plan.strategy?.children.map(\.weight) == [0.7, 0.3])
        #expect(plan.targets.map(\.edits.model) == ["small", "large"])
        #expect(plan.warnings == [])
    }
}
