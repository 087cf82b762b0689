// SPDX-License-Identifier: Apache-2.0

/// The names that one kind of object in a config may have. A case is called as in camelCase JSON; snake_case, in which configs
/// are usually written and messages name it, is derived from that. There are at most 64 of a kind.
protocol ConfigKey: CaseIterable, Equatable, Sendable, RawRepresentable<UInt8> {
    static var byName: [String: Self] { get }
}

extension ConfigKey {
    /// In snake_case.
    var name: String { snakeCase("\(self)") }

    static func table() -> [String: Self] {
        var table: [String: Self] = [:]
        for key in allCases { table[key.name] = key }
        return table
    }

    static func named(_ name: String) -> Self? { byName[name] ?? byName[snakeCase(name)] }

    static var list: String { allCases.map(\.name).joined(separator: ", ") }
}

/// `requestTimeout` → `request_timeout`.
func snakeCase(_ name: String) -> String {
    guard name.utf8.contains(where: isUppercase) else { return name }
    var bytes: [UInt8] = []
    for byte in name.utf8 {
        if isUppercase(byte), !bytes.isEmpty { bytes.append(UInt8(ascii: "_")) }
        bytes.append(isUppercase(byte) ? byte | 0x20 : byte)
    }
    return String(decoding: bytes, as: UTF8.self)
}

private func isUppercase(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }

enum NodeKey: UInt8, ConfigKey {
    case name, weight, priority, strategy, targets
    case provider, virtualKey, apiKey
    case customHost, forwardHeaders, strictOpenAiCompliance
    case overrideParams, defaultParams, dropParams
    case retry, cache, hedge, requestTimeout, firstChunkTimeout, idleTimeout, circuitBreaker, cbConfig, lastResort
    // Older ways to write a strategy.
    case fallback, loadbalance, conditional, mode, options
    // What is not run yet.
    case beforeRequestHooks, afterRequestHooks, inputGuardrails, outputGuardrails, defaultInputGuardrails
    case defaultOutputGuardrails, inputMutators, outputMutators
    // Of Portkey's hosted service.
    case passthrough, promptId, deployments, fetchIntegratedModels, id, customHeaders

    static let byName = table()

    /// What only makes sense where a request is sent to.
    static let ofLeaves: [NodeKey] = [.provider, .virtualKey, .apiKey]
    static let unused: [NodeKey] = [.passthrough, .promptId, .deployments, .fetchIntegratedModels, .id, .customHeaders]
}

enum StrategyKey: UInt8, ConfigKey {
    case mode, onStatusCodes, conditions, `default`, sticky, stickySession, cbConfig, circuitBreaker
    /// In the older form that has the targets inside.
    case targets

    static let byName = table()
}

enum ModeName: UInt8, ConfigKey {
    case single, fallback, loadbalance, conditional, leastLatency, leastCost, leastBusy, priority

    static let byName = table()
}

enum ConditionKey: UInt8, ConfigKey {
    case query, then
    static let byName = table()
}

enum StickyKey: UInt8, ConfigKey {
    case enabled, hashFields, ttl
    static let byName = table()
}

enum RetryKey: UInt8, ConfigKey {
    case attempts, onStatusCodes, useRetryAfterHeader, useRetryAfterHeaders
    static let byName = table()
}

enum CacheKey: UInt8, ConfigKey {
    case mode, maxAge, namespace, vary, coalesce, toolCalls
    // Of the modes semantic and shadow.
    case preset, thresholds, vetoes, verifyPercent, maxFalseHit, maxTemperature, embeddings

    static let byName = table()
    static let ofSemantic: [CacheKey] = [
        .preset, .thresholds, .vetoes, .verifyPercent, .maxFalseHit, .maxTemperature, .embeddings,
    ]
}

enum ThresholdKey: UInt8, ConfigKey {
    case same, restructured, insertion, substitution
    static let byName = table()
}

/// What may speak against a semantic hit: the names that the verdict knows.
enum VetoKey: UInt8, ConfigKey {
    case numbers, negation, antonym, name, volatile, questionKind, modality, tense, aspect, pronoun, person, conjunction
    case direction, order, unreadable

    static let byName = table()
}

enum EmbeddingsKey: UInt8, ConfigKey {
    case virtualKey, provider, model, dimensions
    static let byName = table()
}

enum BreakerKey: UInt8, ConfigKey {
    case failureThreshold, failureThresholdPercentage, minimumRequests, cooldownInterval, failureStatusCodes
    static let byName = table()
}

enum HedgeKey: UInt8, ConfigKey {
    case afterMs, afterPercentile, maxExtraPercent
    static let byName = table()
}
