// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Routing

@Suite struct ConfigFaultTests {
    @Test(arguments: [
        ("3", ""),
        ("[]", ""),
        (#"{"virtual_key": 3}"#, ".virtual_key"),
        (#"{"virtual_key": ""}"#, ".virtual_key"),
        (#"{"provider": "@"}"#, ".provider"),
        (#"{"provider": "@a", "virtual_key": "b"}"#, ".provider"),
        (#"{"api_key": "two words"}"#, ".api_key"),
        (#"{"apiKey": 1}"#, ".apiKey"),
        (#"{"retry": 3}"#, ".retry"),
        (#"{"retry": {"attempts": "3"}}"#, ".retry.attempts"),
        (#"{"retry": {"attempts": 1.5}}"#, ".retry.attempts"),
        (#"{"retry": {"attempts": -1}}"#, ".retry.attempts"),
        (#"{"retry": {"on_status_codes": [429, "503"]}}"#, ".retry.on_status_codes[1]"),
        (#"{"retry": {"use_retry_after_header": 1}}"#, ".retry.use_retry_after_header"),
        (#"{"request_timeout": "50"}"#, ".request_timeout"),
        (#"{"request_timeout": -1}"#, ".request_timeout"),
        (#"{"custom_host": "ftp://x"}"#, ".custom_host"),
        (#"{"custom_host": "http://192.168.1.4/v1"}"#, ".custom_host"),
        (#"{"forward_headers": "x-a"}"#, ".forward_headers"),
        (#"{"forward_headers": ["x-a", "b c"]}"#, ".forward_headers[1]"),
        (#"{"forward_headers": ["X-Portkey-Forward-Headers"]}"#, ".forward_headers[0]"),
        (#"{"override_params": []}"#, ".override_params"),
        (#"{"override_params": {"model": 4}}"#, ".override_params.model"),
        (#"{"override_params": {"n": 1, "n": 2}}"#, ".override_params.n"),
        (#"{"drop_params": ["a", 1]}"#, ".drop_params[1]"),
        (#"{"hedge": {}}"#, ".hedge"),
        (#"{"hedge": {"after_ms": 1, "after_percentile": 90}}"#, ".hedge"),
        (#"{"hedge": {"after_percentile": 100}}"#, ".hedge.after_percentile"),
        (#"{"circuit_breaker": {"failure_threshold_percentage": 101}}"#, ".circuit_breaker.failure_threshold_percentage"),
        (#"{"circuit_breaker": {}, "cb_config": {}}"#, ".cb_config"),
        (#"{"before_request_hooks": ["pg-1"]}"#, ".before_request_hooks[0]"),
        (#"{"retry": {}, "retry": {}}"#, ".retry"),
        (#"{"custom_host": null, "customHost": null}"#, ".customHost"),
        (#"{"foo": 1, "foo": 2}"#, ".foo"),
        (#"{"strategy": "fallback", "targets": [{}]}"#, ".strategy"),
        (#"{"strategy": {}, "targets": [{}]}"#, ".strategy.mode"),
        (#"{"strategy": {"mode": "loadBalance"}, "targets": [{}]}"#, ".strategy.mode"),
        (#"{"strategy": {"mode": "fallback"}}"#, ".targets"),
        (#"{"strategy": {"mode": "fallback"}, "targets": {}}"#, ".targets"),
        (#"{"strategy": {"mode": "fallback"}, "targets": []}"#, ".targets"),
        (#"{"strategy": {"mode": "fallback"}, "targets": [{}, 7]}"#, ".targets[1]"),
        (#"{"strategy": {"mode": "loadbalance"}, "targets": [{"weight": -1}]}"#, ".targets[0].weight"),
        (#"{"strategy": {"mode": "loadbalance"}, "targets": [{"weight": "1"}]}"#, ".targets[0].weight"),
        (#"{"strategy": {"mode": "loadbalance"}, "targets": [{"weight": 1e999}]}"#, ".targets[0].weight"),
        (#"{"strategy": {"mode": "loadbalance"}, "targets": [{"weight": 0}, {"weight": 0}]}"#, ".targets"),
        (#"{"strategy": {"mode": "loadbalance"}, "targets": [{"weight": 1e308}, {"weight": 1e308}]}"#, ".targets"),
        (#"{"strategy": {"mode": "priority"}, "targets": [{"priority": 1}, {"priority": 2, "weight": 0}]}"#, ".targets"),
        (
            #"{"strategy": {"mode": "loadbalance", "sticky": {"hash_fields": ["params.user", "foo.bar"]}}, "targets": [{}]}"#,
            ".strategy.sticky.hash_fields[1]"
        ),
        (#"{"strategy": {"mode": "conditional"}, "targets": [{"name": "a"}]}"#, ".strategy.conditions"),
        (
            #"{"strategy": {"mode": "conditional", "conditions": [{"query": {}}]}, "targets": [{"name": "a"}]}"#,
            ".strategy.conditions[0].then"
        ),
        (
            #"{"strategy": {"mode": "conditional", "conditions": [{"then": "a"}]}, "targets": [{"name": "a"}]}"#,
            ".strategy.conditions[0].query"
        ),
        (
            #"{"strategy": {"mode": "conditional", "conditions": [{"query": {}, "then": "b"}]}, "targets": [{"name": "a"}]}"#,
            ".strategy.conditions[0].then"
        ),
        (#"{"strategy": {"mode": "conditional", "default": "b"}, "targets": [{"name": "a"}]}"#, ".strategy.default"),
        (#"{"strategy": {"mode": "single"}, "targets": [{}], "fallback": {"targets": [{}]}}"#, ".fallback"),
        (#"{"fallback": {}}"#, ".fallback.targets"),
        (#"{"fallback": {"targets": [{"retry": 1}]}}"#, ".fallback.targets[0].retry"),
        (#"{"options": [{}]}"#, ".mode"),
        (#"{"mode": "random", "options": [{}]}"#, ".mode"),
    ])
    func `a fault is refused by its path`(config: String, path: String) throws {
        let failure = try #require(try refusal(config))
        #expect(failure.code == .invalidParams)
        #expect(failure.path == "options.config" + path)
        #expect(failure.message.hasPrefix("options.config" + path + " ") || path == ".custom_host", "\(failure.message)")
    }

    @Test(arguments: [
        (#"{"$foo": 1}"#, ".$foo"),
        (#"{"$eq": 1}"#, ".$eq"),
        (#"{"$or": {"metadata.a": 1}}"#, ".$or"),
        (#"{"$and": [{"metadata.a": 1}, {"metadata.b": {"$gte": 1, "$exists": true}}]}"#, ".$and[1].metadata.b.$exists"),
        (#"{"metadata.a": ["x"]}"#, ".metadata.a"),
        (#"{"metadata.a": {"$in": "x"}}"#, ".metadata.a.$in"),
        (#"{"metadata.a": {"$nin": [1, []]}}"#, ".metadata.a.$nin[1]"),
        (#"{"metadata.a": {"$eq": {}}}"#, ".metadata.a.$eq"),
        (#"{"metadata.a": {"$gt": "many"}}"#, ".metadata.a.$gt"),
        (#"{"metadata.a": {"$gt": null}}"#, ".metadata.a.$gt"),
        (#"{"metadata.a": {"$regex": "*"}}"#, ".metadata.a.$regex"),
        (#"{"metadata.a": {"$regex": 4}}"#, ".metadata.a.$regex"),
        (#"{"metadata.a": {"$eq": 1, "$eq": 2}}"#, ".metadata.a.$eq"),
        (#"{"metadata.a": 1, "metadata.a": 2}"#, ".metadata.a"),
    ])
    func `a fault in a query is refused by its path`(query: String, path: String) throws {
        let config = #"""
            {"strategy": {"mode": "conditional", "conditions": [{"query": {}, "then": "a"}, {"query": \#(query),
             "then": "a"}]}, "targets": [{"name": "a"}]}
            """#
        #expect(try refusal(config)?.path == "options.config.strategy.conditions[1].query" + path)
    }

    @Test(arguments: [
        (#"{"strategy": {"mode": "loadBalance"}, "targets": [{}]}"#, "Did you mean loadbalance?"),
        (#"{"strategy": {"mode": "failover"}, "targets": [{}]}"#, "single, fallback, loadbalance, conditional, least_latency"),
        (
            #"{"strategy": {"mode": "conditional", "default": "fast-modell"}, "targets": [{"name": "fast-model"}]}"#,
            "Did you mean fast-model?"
        ),
        (#"{"strategy": {"mode": "conditional", "default": "a"}, "targets": [{}]}"#, "no target has a name"),
        (
            #"""
            {"strategy": {"mode": "conditional", "conditions": [{"query": {"params.n": {"$gtt": 1}}, "then": "a"}]},
             "targets": [{"name": "a"}]}
            """#,
            "Did you mean $gt?"
        ),
        (
            #"""
            {"strategy": {"mode": "conditional", "conditions": [{"query": {"params.n": {"$regex": "(?=a)"}},
             "then": "a"}]}, "targets": [{"name": "a"}]}
            """#,
            "no look-around"
        ),
    ])
    func `the message says what to do`(config: String, advice: String) throws {
        let message = try #require(try refusal(config)).message
        #expect(message.contains(advice), "\(message)")
    }

    @Test func `queries nest sixteen deep and no deeper`() throws {
        func config(_ depth: Int) -> String {
            let query = String(repeating: #"{"$and": ["#, count: depth) + "{}" + String(repeating: "]}", count: depth)
            return #"""
                {"strategy": {"mode": "conditional", "conditions": [{"query": \#(query), "then": "a"}]},
                 "targets": [{"name": "a"}]}
                """#
        }
        #expect(try refusal(config(16)) == nil)
        #expect(try refusal(config(17)) != nil)
    }

    @Test(arguments: [
        (#"{"strategy": {"mode": "priority"}, "targets": [{"priority": 1.5}]}"#, "must be a whole number."),
        (#"{"retry": {"attempts": -1}}"#, "must be a whole number, 0 or more."),
        (#"{"retry": {"on_status_codes": [1000]}}"#, "must be a whole number from 0 to 999."),
    ])
    func `a number's limits are said where there are some`(config: String, what: String) throws {
        #expect(try refusal(config)?.message.hasSuffix(" " + what) == true)
    }
}
