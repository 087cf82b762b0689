// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Routing

@Suite struct ConfigStrategyTests {
    @Test(arguments: [
        (#"{"virtual_key": "a"}"#, "@a"),
        (#"{"provider": "openai", "api_key": "k"}"#, "openai"),
        (#"{"provider": "@a"}"#, "@a"),
        (#"{}"#, "caller"),
        (#"{"strategy": {"mode": "single"}, "targets": [{"virtual_key": "a"}]}"#, "single(@a)"),
        (#"{"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "a"}, {}]}"#, "fallback(@a, caller)"),
        (
            #"{"strategy": {"mode": "fallback", "on_status_codes": [503, 429]}, "targets": [{"virtual_key": "a"}]}"#,
            "fallback[429, 503](@a)"
        ),
        (#"{"strategy": {"mode": "fallback", "on_status_codes": []}, "targets": [{"virtual_key": "a"}]}"#, "fallback[](@a)"),
        (#"{"strategy": {"mode": "least_latency"}, "targets": [{"virtual_key": "a"}]}"#, "least_latency(@a)"),
        (#"{"strategy": {"mode": "least_cost"}, "targets": [{"virtual_key": "a"}]}"#, "least_cost(@a)"),
        (#"{"strategy": {"mode": "least_busy"}, "targets": [{"virtual_key": "a"}]}"#, "least_busy(@a)"),
        (#"{"strategy": {"mode": "priority", "on_status_codes": [500]}, "targets": [{}]}"#, "priority[500](caller)"),
        (
            #"""
            {"strategy": {"mode": "fallback"}, "targets": [{"strategy": {"mode": "loadbalance"},
             "targets": [{"provider": "openai"}, {"virtual_key": "b"}]}, {"virtual_key": "c"}]}
            """#,
            "fallback(loadbalance(openai, @b), @c)"
        ),
    ])
    func `a config becomes the tree that it writes down`(config: String, outline: String) throws {
        let plan = try compile(config)
        #expect(plan.outline == outline)
        #expect(plan.warnings == [])
    }

    @Test func `each leaf has its path, and they stand in the order of the config`() throws {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "a"}, {"strategy": {"mode": "single"},
             "targets": [{"virtual_key": "b"}, {"virtual_key": "c"}]}, {"virtual_key": "d"}]}
            """#)
        #expect(
            plan.targets.map(\.path) == [
                "config.targets[0]", "config.targets[1].targets[0]", "config.targets[1].targets[1]", "config.targets[2]",
            ])
        #expect(plan.targets.map(\.virtualKey) == ["a", "b", "c", "d"])
        #expect(plan.strategy?.path == "config")
    }

    @Test func `targets nest sixteen deep and no deeper`() throws {
        func nested(_ depth: Int) -> String {
            depth == 0 ? #"{"virtual_key": "a"}"# : #"{"strategy": {"mode": "single"}, "targets": [\#(nested(depth - 1))]}"#
        }
        #expect(try compile(nested(16)).targets.count == 1)
        let failure = try #require(try refusal(nested(17)))
        #expect(failure.path == "options.config" + String(repeating: ".targets[0]", count: 17))
    }

    @Test func `a config has at most so many targets`() throws {
        func config(_ count: Int) -> String {
            #"{"strategy": {"mode": "fallback"}, "targets": [\#(Array(repeating: "{}", count: count).joined(separator: ","))]}"#
        }
        #expect(try compile(config(1024)).targets.count == 1024)
        #expect(try refusal(config(1025))?.path == "options.config.targets[1024]")
    }

    @Test func `weights are as written, 1 when they are not, and a place in the list is the priority`() throws {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "loadbalance"}, "targets": [{"weight": 0.7}, {}, {"weight": 0, "priority": 9},
             {"weight": null}]}
            """#)
        #expect(plan.strategy?.children.map(\.weight) == [0.7, 1, 0, 1])
        #expect(plan.strategy?.children.map(\.priority) == [0, 1, 9, 3])
    }

    @Test(arguments: ["sticky", "sticky_session", "stickySession"])
    func `sticky sessions have both of their names`(name: String) throws {
        let config = #"""
            {"strategy": {"mode": "loadbalance", "\#(name)": {"enabled": true, "hash_fields": ["metadata.user_id",
             "headers.x"]}}, "targets": [{}]}
            """#
        guard case .loadBalance(let sticky) = try compile(config).strategy?.mode else { return #expect(Bool(false)) }
        #expect(sticky == StickyRule(fields: ["metadata.user_id", "headers.x"], lifetimeSeconds: 300))
    }

    @Test func `a sticky session that is off, or knows no fields, is none`() throws {
        let off = try compile(
            #"""
            {"strategy": {"mode": "loadbalance", "sticky": {"enabled": false, "hash_fields": ["params.user"], "ttl": 60}},
             "targets": [{}]}
            """#)
        #expect(off.outline == "loadbalance(caller)")
        #expect(off.warnings == [])
        let empty = try compile(#"{"strategy": {"mode": "loadbalance", "sticky": {"enabled": true}}, "targets": [{}]}"#)
        #expect(empty.outline == "loadbalance(caller)")
        #expect(empty.warnings.count == 1)
    }

    @Test func `conditions name targets; the first of a name is taken`() throws {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "conditional", "conditions": [{"query": {}, "then": "b"}], "default": "a"},
             "targets": [{"name": "b"}, {"name": "a"}, {"name": "b"}]}
            """#)
        guard case .conditional(let conditions, let otherwise) = plan.strategy?.mode else { return #expect(Bool(false)) }
        #expect(conditions.map(\.child) == [0])
        #expect(otherwise == 1)
        #expect(plan.warnings == ["options.config.targets has several targets of the name b: the first of them is taken."])
    }
}
