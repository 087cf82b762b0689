// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Routing

@Suite struct ConfigWarningTests {
    @Test(arguments: [
        (#"{"retrys": {"attempts": 3}}"#, "options.config.retrys is no known field and has no effect; did you mean `retry`?"),
        (#"{"zzz": 1}"#, "options.config.zzz is no known field and has no effect."),
        (#"{"retry": {"attempt": 3}}"#, "config.retry.attempt is no known field and has no effect; did you mean `attempts`?"),
        (#"{"on_status_codes": [429]}"#, "it belongs in `strategy` or in `retry`."),
        (#"{"retry": {"attempts": 7}}"#, "options.config.retry.attempts is cut down to 5, the most that is allowed."),
        (#"{"targets": [{"virtual_key": "a"}]}"#, "options.config.targets has no effect without a strategy"),
        (#"{"mode": "fallback"}"#, "options.config.mode has no effect here: it belongs in `strategy`."),
        (#"{"passthrough": true}"#, "options.config.passthrough belongs to Portkey's hosted service"),
        (#"{"override_params": {"n": "portkey-default"}}"#, "config.override_params.n is sent as the text portkey-default"),
        (#"{"override_params": {"model": null}}"#, "override_params.model has no effect: a target needs a model."),
        (#"{"default_params": {"model": null}}"#, "default_params.model has no effect: a target needs a model."),
        (#"{"drop_params": ["seed", "model"]}"#, "options.config.drop_params[1] has no effect: a target needs a model."),
        (#"{"drop_params": ["a.b[0][*].c", "a["]}"#, "options.config.drop_params[1] is no path"),
        (#"{"drop_params": ["x..y"]}"#, "options.config.drop_params[0] is no path"),
        (#"{"drop_params": ["x[-1]"]}"#, "options.config.drop_params[0] is no path"),
        (
            #"{"strategy": {"mode": "fallback"}, "targets": [{"weight": 2}]}"#,
            "targets[0].weight has no effect with the mode fallback."
        ),
        (
            #"{"strategy": {"mode": "loadbalance"}, "targets": [{"weight": 2, "priority": 3}]}"#,
            "options.config.targets[0].priority has no effect with the mode loadbalance."
        ),
        (#"{"circuit_breaker": {"failure_threshold": 3}}"#, "options.config.circuit_breaker has no effect: it needs"),
        (
            #"{"circuit_breaker": {"failure_threshold": 3, "cooldown_interval": 1000}}"#,
            "options.config.circuit_breaker.cooldown_interval is raised to 30000 ms"
        ),
        (#"{"cache": {"mode": "simple", "max_age": 59}}"#, "cache.max_age is not from 60 to 7776000 seconds: 604800 is taken"),
        (#"{"cache": {"mode": "simple", "preset": "strict"}}"#, "cache.preset has no effect with the mode simple."),
        (#"{"cache": {"mode": "off", "max_age": 60}}"#, "options.config.cache.max_age has no effect with the mode off."),
        (#"{"cache": {"coalesce": false}}"#, "options.config.cache keeps nothing, since it has no mode"),
        (#"{"cache": {"mode": "simple", "maxage": 60}}"#, "cache.maxage is no known field and has no effect; did you mean"),
        (#"{"cache": {"mode": "semantic", "thresholds": {"sme": 0.9}}}"#, "thresholds.sme is no known field"),
        (#"{"input_guardrails": ["pg-1"]}"#, "options.config.input_guardrails: guardrails are not run yet"),
        (#"{"before_request_hooks": [{"id": "g"}]}"#, "options.config.before_request_hooks: guardrails are not run yet"),
        (#"{"output_mutators": [{"m": {}}]}"#, "options.config.output_mutators: mutators are not run yet"),
        (
            #"{"azure_resource_name": "r", "awsRegion": "us-east-1"}"#,
            "options.config.azure_resource_name, options.config.awsRegion: options of this kind are not supported yet"
        ),
        (
            #"""
            {"provider": "openai", "strategy": {"mode": "single"}, "targets": [{}]}
            """#, "options.config.provider has no effect beside"
        ),
        (
            #"{"strategy": {"mode": "single", "on_status_codes": [429]}, "targets": [{}]}"#,
            "options.config.strategy.on_status_codes has no effect with the mode single."
        ),
        (#"{"strategy": {"mode": "single", "targets": []}, "targets": [{}]}"#, "targets belong beside strategy"),
        (#"{"mode": "single", "options": [{}]}"#, "options.config.options is the old way to write targets"),
        (#"{"fallback": {"targets": [{}]}, "targets": [{}]}"#, "the targets are those of options.config.fallback.targets"),
        (
            #"""
            {"strategy": {"mode": "conditional", "default": "a", "conditions": [{"query": {"user.plan": "x"},
             "then": "a"}]}, "targets": [{"name": "a"}]}
            """#,
            "options.config.strategy.conditions[0].query.user.plan names nothing"
        ),
        (
            #"""
            {"strategy": {"mode": "conditional", "default": "a", "conditions": [{"query": {"$or": [], "params.n": 1},
             "then": "a"}]}, "targets": [{"name": "a"}]}
            """#,
            "options.config.strategy.conditions[0].query.params.n is not looked at: $or before it decides."
        ),
        (
            #"""
            {"strategy": {"mode": "conditional", "default": "a", "conditions": [{"query": {"params.n": {"$regex": "a",
             "$eq": 1}}, "then": "a"}]}, "targets": [{"name": "a"}]}
            """#,
            "query.params.n.$eq is not looked at: $regex before it decides."
        ),
    ])
    func `what has no effect is warned of, in one sentence`(config: String, warning: String) throws {
        let warnings = try compile(config).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains(warning) == true, "\(warnings)")
    }

    @Test func `a null model takes back its parent's, and is not warned of`() throws {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "single"}, "override_params": {"model": "a"}, "default_params": {"model": "b"},
             "targets": [{"override_params": {"model": null}, "default_params": {"model": null}}]}
            """#)
        #expect(plan.warnings == [])
        #expect(plan.targets[0].edits.model == nil && plan.targets[0].edits.defaultModel == nil)
    }

    @Test func `warnings are bounded, whatever the config`() throws {
        let targets = (0..<200).map { #"{"key\#($0)": 1, "input_guardrails": ["g"], "output_mutators": [{"m": {}}]}"# }
        let plan = try compile(#"{"strategy": {"mode": "fallback"}, "targets": [\#(targets.joined(separator: ","))]}"#)
        #expect(plan.warnings.count == 23)
        #expect(plan.warnings[20] == "There are 180 more such warnings.")
        #expect(plan.warnings[21].contains("options.config.targets[2].input_guardrails and 197 more: guardrails"))
    }

    @Test func `a config of nothing but what it is meant for has no warnings`() throws {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "loadbalance", "cb_config": {"failure_threshold": 5, "cooldown_interval": 30000}},
             "retry": {"attempts": 5, "on_status_codes": [429], "use_retry_after_headers": true}, "request_timeout": 1000,
             "override_params": {"temperature": 0}, "default_params": {"n": 1}, "drop_params": ["seed"],
             "forward_headers": ["x-a"],
             "targets": [{"name": "a", "weight": 0.5, "virtual_key": "k", "last_resort": true,
                          "hedge": {"after_ms": 100}, "first_chunk_timeout": 50, "idle_timeout": 60,
                          "strict_open_ai_compliance": false, "custom_host": "https://a.example"}]}
            """#)
        #expect(plan.warnings == [])
        #expect(plan.targets[0].retry == RetryRule(attempts: 5, codes: [429], usesRetryAfter: true))
    }
}
