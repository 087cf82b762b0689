// SPDX-License-Identifier: Apache-2.0

/// A figure that can be asked for, of any group of calls in any stretch of time. Shares are from 0 to 1.
package enum AnalyticsMetric: String, CaseIterable, Sendable {
    case requests
    case successRate = "success_rate"
    case errors
    case errorRate = "error_rate"
    case errorsByStatus = "errors_by_status"
    case errorStatuses = "error_statuses"
    case streams
    case cost = "cost_nano_usd"
    case averageCost = "cost_average_nano_usd"
    case unpriced = "unpriced_requests"
    case estimated = "estimated_requests"
    case tokens
    case averageTokens = "tokens_average"
    case inputTokens = "input_tokens"
    case outputTokens = "output_tokens"
    case cacheReadTokens = "cache_read_input_tokens"
    case cacheCreationTokens = "cache_creation_input_tokens"
    case reasoningTokens = "reasoning_output_tokens"
    case latencyAverage = "latency_average_ms"
    case latencyP50 = "latency_p50_ms"
    case latencyP90 = "latency_p90_ms"
    case latencyP99 = "latency_p99_ms"
    case upstreamAverage = "upstream_average_ms"
    case firstChunkAverage = "first_chunk_average_ms"
    case uniqueUsers = "unique_users"
    case identified = "identified_requests"
    case requestsPerUser = "requests_per_user"
    case attempts
    case retries
    case rescuedByRetry = "rescued_by_retry"
    case rescuedByFallback = "rescued_by_fallback"
    case cacheHits = "cache_hits"
    case cacheHitRate = "cache_hit_rate"
    case cacheHitsExact = "cache_hits_exact"
    case cacheHitsSemantic = "cache_hits_semantic"
    case coalesced
    case saved = "saved_nano_usd"
    case savedExact = "saved_exact_nano_usd"
    case savedSemantic = "saved_semantic_nano_usd"
    case cacheHitLatencyAverage = "cache_hit_latency_average_ms"
    case cacheSpeedUp = "cache_speed_up"
    case feedback
    case feedbackByValue = "feedback_by_value"
    case feedbackAverage = "feedback_average"
    case feedbackRequests = "feedback_requests"
    case requestBytes = "request_bytes"
    case responseBytes = "response_bytes"
    case lastSeen = "last_seen"

    /// Those that need to know who the users are, not only how many calls named one.
    var needsUsers: Bool { self == .uniqueUsers || self == .requestsPerUser }
}

/// What a metric came to.
package enum AnalyticsValue: Equatable, Sendable {
    case count(Int)
    case real(Double)
    /// How often each number occurred, in the order of the numbers.
    case counts([(number: Int, count: Int)])
    /// Milliseconds since 1970.
    case instant(Int)
    /// There is nothing that it could be worked out from.
    case none

    package static func == (one: AnalyticsValue, other: AnalyticsValue) -> Bool {
        switch (one, other) {
        case (.count(let one), .count(let other)), (.instant(let one), .instant(let other)): one == other
        case (.real(let one), .real(let other)): one == other
        case (.counts(let one), .counts(let other)): one.elementsEqual(other, by: ==)
        case (.none, .none): true
        default: false
        }
    }
}

extension RollupCell {
    /// - Parameter users: how many different ones there are.
    func value(_ metric: AnalyticsMetric, users: Int) -> AnalyticsValue {
        let requests = self[.requests]
        switch metric {
        case .requests: return .count(requests)
        case .successRate: return share(requests - self[.errors], of: requests)
        case .errors: return .count(self[.errors])
        case .errorRate: return share(self[.errors], of: requests)
        case .errorsByStatus: return .counts(errorStatuses.entries.map { ($0.number, $0.count) })
        case .errorStatuses: return .count(errorStatuses.entries.count)
        case .streams: return .count(self[.streams])
        case .uniqueUsers: return .count(users)
        case .identified: return .count(self[.identified])
        case .requestsPerUser: return share(self[.identified], of: users)
        case .attempts: return .count(self[.attempts])
        case .retries: return .count(self[.retries])
        case .rescuedByRetry: return .counts(rescuedByRetry.entries.map { ($0.number, $0.count) })
        case .rescuedByFallback: return .count(self[.rescuedByFallback])
        case .requestBytes: return .count(self[.requestBytes])
        case .responseBytes: return .count(self[.responseBytes])
        case .lastSeen: return lastSeenMilliseconds > 0 ? .instant(lastSeenMilliseconds) : .none
        default: return moneyAndTokens(metric) ?? times(metric) ?? cacheAndFeedback(metric)
        }
    }

    private func moneyAndTokens(_ metric: AnalyticsMetric) -> AnalyticsValue? {
        let tokens = self[.inputTokens] &+ self[.outputTokens]
        switch metric {
        case .cost: return .count(self[.costNanoUSD])
        case .averageCost: return share(self[.costNanoUSD], of: self[.requests] - self[.unpriced])
        case .unpriced: return .count(self[.unpriced])
        case .estimated: return .count(self[.estimated])
        case .tokens: return .count(tokens)
        case .averageTokens: return share(tokens, of: self[.requests])
        case .inputTokens: return .count(self[.inputTokens])
        case .outputTokens: return .count(self[.outputTokens])
        case .cacheReadTokens: return .count(self[.cacheReadTokens])
        case .cacheCreationTokens: return .count(self[.cacheCreationTokens])
        case .reasoningTokens: return .count(self[.reasoningTokens])
        default: return nil
        }
    }

    private func times(_ metric: AnalyticsMetric) -> AnalyticsValue? {
        switch metric {
        case .latencyAverage: return milliseconds(self[.latencyMicroseconds], of: self[.requests])
        case .latencyP50: return percentile(0.5)
        case .latencyP90: return percentile(0.9)
        case .latencyP99: return percentile(0.99)
        case .upstreamAverage: return milliseconds(self[.upstreamMicroseconds], of: self[.upstreamCalls])
        case .firstChunkAverage: return milliseconds(self[.firstChunkMicroseconds], of: self[.firstChunkCalls])
        case .cacheHitLatencyAverage: return milliseconds(self[.hitLatencyMicroseconds], of: hits)
        case .cacheSpeedUp: return speedUp
        default: return nil
        }
    }

    private func cacheAndFeedback(_ metric: AnalyticsMetric) -> AnalyticsValue {
        switch metric {
        case .cacheHits: .count(hits)
        case .cacheHitRate: share(hits, of: hits + self[.misses])
        case .cacheHitsExact: .count(self[.exactHits])
        case .cacheHitsSemantic: .count(self[.semanticHits])
        case .coalesced: .count(self[.coalesced])
        case .saved: .count(self[.savedExactNanoUSD] &+ self[.savedSemanticNanoUSD])
        case .savedExact: .count(self[.savedExactNanoUSD])
        case .savedSemantic: .count(self[.savedSemanticNanoUSD])
        case .feedback: .count(self[.feedback])
        case .feedbackByValue: .counts(feedbackScores.entries.map { ($0.number - 10, $0.count) })
        case .feedbackAverage: share(self[.feedbackWeighted], of: self[.feedbackWeight])
        case .feedbackRequests: .count(self[.feedbackRequests])
        default: .none
        }
    }

    private var hits: Int { self[.exactHits] + self[.semanticHits] }

    /// How much less time a hit takes than a call that a provider answered.
    private var speedUp: AnalyticsValue {
        guard hits > 0, self[.liveCalls] > 0, self[.liveLatencyMicroseconds] > 0 else { return .none }
        let hit = Double(self[.hitLatencyMicroseconds]) / Double(hits)
        return .real(1 - hit / (Double(self[.liveLatencyMicroseconds]) / Double(self[.liveCalls])))
    }

    private func percentile(_ share: Double) -> AnalyticsValue {
        LatencyBuckets.percentile(share, of: latencies).map { .real($0 / 1000) } ?? .none
    }

    private func milliseconds(_ sum: Int, of count: Int) -> AnalyticsValue {
        count > 0 ? .real(Double(sum) / Double(count) / 1000) : .none
    }

    private func share(_ part: Int, of whole: Int) -> AnalyticsValue { whole > 0 ? .real(Double(part) / Double(whole)) : .none }
}
