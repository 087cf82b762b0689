// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// The rules that any node may have and its children inherit.
extension PlanCompiler {
    /// A day, as for a request's own `request_timeout`.
    static let longestTimeout = 86_400_000
    /// Portkey's least; a shorter one is raised to it.
    static let shortestCooldown = 30_000

    mutating func applyRules(of object: ConfigObject<NodeKey>, to heir: inout PlanTarget) throws(GatewayFailure) {
        // These take the whole place of what the parent says.
        if let value = object[.retry] { heir.retry = try retry(value) }
        if let value = object[.cache] { heir.cache = try cache(value) }
        if let value = object[.hedge] { heir.hedge = try hedge(value) }
        if let value = object[.strictOpenAiCompliance] { heir.strictOpenAICompliance = try value.bool() }
        if let value = object[.lastResort] { heir.isLastResort = try value.bool() }
        // These, only when they are truthy.
        if let value = object[.customHost], !value.isFalsy {
            let text = try value.string()
            _ = try BaseURL(text, parameter: value.place)
            heir.customHost = text
        }
        if let value = object[.forwardHeaders], !value.isFalsy { heir.forwardHeaders = try forwardedNames(value) }
        heir.timeouts.requestMilliseconds = try timeout(object[.requestTimeout]) ?? heir.timeouts.requestMilliseconds
        heir.timeouts.firstChunkMilliseconds = try timeout(object[.firstChunkTimeout]) ?? heir.timeouts.firstChunkMilliseconds
        heir.timeouts.idleMilliseconds = try timeout(object[.idleTimeout]) ?? heir.timeouts.idleMilliseconds
    }

    /// nil when it says nothing: 0 does not.
    private func timeout(_ value: ConfigValue?) throws(GatewayFailure) -> Int? {
        guard let value else { return nil }
        let milliseconds = try value.int(0...Self.longestTimeout)
        return milliseconds == 0 ? nil : milliseconds
    }

    private mutating func retry(_ value: ConfigValue) throws(GatewayFailure) -> RetryRule {
        let object = try ConfigObject<RetryKey>(value, example: #"{"attempts": 3}"#)
        warnings.unknown(object.unknown, RetryKey.self)
        var rule = RetryRule()
        if let value = object[.attempts] {
            rule.attempts = try value.int(0...Int.max)
            if rule.attempts > RetryRule.mostAttempts {
                rule.attempts = RetryRule.mostAttempts
                warnings.add(value, "is cut down to \(RetryRule.mostAttempts), the most that is allowed.")
            }
        }
        if let value = object[.onStatusCodes] { rule.codes = try value.statusCodes() }
        if let value = object[.useRetryAfterHeader] { rule.usesRetryAfter = try value.bool() }
        if let value = object[.useRetryAfterHeaders] { rule.usesRetryAfter = try value.bool() || rule.usesRetryAfter }
        return rule
    }

    private mutating func hedge(_ value: ConfigValue) throws(GatewayFailure) -> HedgeRule {
        let object = try ConfigObject<HedgeKey>(value, example: #"{"after_percentile": 95}"#)
        warnings.unknown(object.unknown, HedgeKey.self)
        var rule: HedgeRule
        switch (object[.afterMs], object[.afterPercentile]) {
        case (let delay?, nil): rule = HedgeRule(delay: .milliseconds(try delay.int(1...Self.longestTimeout)))
        case (nil, let percentile?):
            rule = HedgeRule(delay: .percentile(try percentile.number(1...99.99, "a number from 1 to 99.99")))
        default: throw value.fault("must have either after_ms or after_percentile, which say when the second try starts.")
        }
        if let value = object[.maxExtraPercent] {
            rule.mostExtraPercent = try value.number(0...100, "a number from 0 to 100")
        }
        return rule
    }

    /// A node's own breaker, by either of its names.
    mutating func breaker(of object: ConfigObject<NodeKey>) throws(GatewayFailure) -> BreakerRule? {
        try breaker(object[.circuitBreaker], object[.cbConfig])
    }

    mutating func breaker(_ one: ConfigValue?, _ other: ConfigValue?) throws(GatewayFailure) -> BreakerRule? {
        if one != nil, let other { throw other.fault("and circuit_breaker beside it are the same thing: keep one of the two.") }
        guard let value = one ?? other else { return nil }
        let object = try ConfigObject<BreakerKey>(value, example: #"{"failure_threshold": 5, "cooldown_interval": 60000}"#)
        warnings.unknown(object.unknown, BreakerKey.self)
        let failures = try object[.failureThreshold]?.int(0...Int.max) ?? 0
        let percent = try object[.failureThresholdPercentage]?.number(0...100, "a number from 0 to 100") ?? 0
        let cooldown = try object[.cooldownInterval]?.int(0...Self.longestTimeout) ?? 0
        let minimum = try object[.minimumRequests]?.int(0...Int.max)
        let codes = try object[.failureStatusCodes]?.statusCodes()
        guard failures > 0 || percent > 0, cooldown > 0 else {
            warnings.add(
                value, "has no effect: it needs failure_threshold or failure_threshold_percentage, and cooldown_interval.")
            return nil
        }
        if cooldown < Self.shortestCooldown, let value = object[.cooldownInterval] {
            warnings.add(value, "is raised to \(Self.shortestCooldown) ms, the shortest that is allowed.")
        }
        return BreakerRule(
            failures: failures > 0 ? failures : nil, failurePercent: percent > 0 ? percent : nil,
            minimumRequests: max(1, minimum ?? 5), cooldownMilliseconds: max(cooldown, Self.shortestCooldown), codes: codes)
    }

    /// Hooks are checked for their shape, and warned of.
    mutating func checkHooks(of object: ConfigObject<NodeKey>) throws(GatewayFailure) {
        for key in [NodeKey.beforeRequestHooks, .afterRequestHooks] {
            guard let value = object[key] else { continue }
            try check(value, mayHaveNames: false)
            warnings.notBuilt(.guardrails, value)
        }
        for key in [NodeKey.inputGuardrails, .outputGuardrails, .defaultInputGuardrails, .defaultOutputGuardrails] {
            guard let value = object[key] else { continue }
            try check(value, mayHaveNames: true)
            warnings.notBuilt(.guardrails, value)
        }
        for key in [NodeKey.inputMutators, .outputMutators] {
            guard let value = object[key] else { continue }
            try check(value, mayHaveNames: false)
            warnings.notBuilt(.mutators, value)
        }
    }

    private mutating func check(_ value: ConfigValue, mayHaveNames: Bool) throws(GatewayFailure) {
        var (names, objects) = (0, 0)
        for element in try value.elements(mayHaveNames ? "a list of names or of checks" : "a list of objects") {
            switch element.kind {
            case .object: objects += 1
            case .string where mayHaveNames: names += 1
            default: throw element.fault(mayHaveNames ? "must be a name or an object." : "must be an object.")
            }
        }
        if names > 0, objects > 0 { warnings.add(value, "mixes names and checks, which Portkey does not allow.") }
    }
}
