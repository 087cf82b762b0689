// SPDX-License-Identifier: Apache-2.0

/// `retry`: how often a target is asked again before the next one is.
package struct RetryRule: Sendable, Equatable {
    /// What Portkey retries when a config does not say it.
    package static let defaultCodes: Set<Int> = [429, 500, 502, 503, 504]
    /// More are cut down to it, with a warning.
    package static let mostAttempts = 5

    /// Further tries after the first; 0 to 5.
    package var attempts = 0
    package var codes = Self.defaultCodes
    package var usesRetryAfter = false

    package init(attempts: Int = 0, codes: Set<Int> = Self.defaultCodes, usesRetryAfter: Bool = false) {
        self.attempts = attempts
        self.codes = codes
        self.usesRetryAfter = usesRetryAfter
    }
}

/// Limits on one try, in milliseconds; nil: none is set here.
package struct TimeoutRule: Sendable, Equatable {
    /// `request_timeout`: to the end of a whole answer, to the head of a streamed one.
    package var requestMilliseconds: Int?
    /// `first_chunk_timeout`: to the first chunk of a stream.
    package var firstChunkMilliseconds: Int?
    /// `idle_timeout`: between two chunks of a stream.
    package var idleMilliseconds: Int?

    package init() {}
}

/// `strategy.cb_config`, or `circuit_breaker` of a target: when its breaker opens, and for how long.
package struct BreakerRule: Sendable, Equatable {
    /// So many failures open it (Portkey's `failure_threshold`); nil: only the share counts.
    package var failures: Int?
    /// Percent of failures that open it, once `minimumRequests` were seen.
    package var failurePercent: Double?
    package var minimumRequests: Int
    /// How long it stays open the first time, in milliseconds; at least 30,000.
    package var cooldownMilliseconds: Int
    /// What counts as a failure; nil: 500 and above, and no answer at all.
    package var codes: Set<Int>?

    package init(
        failures: Int? = nil, failurePercent: Double? = nil, minimumRequests: Int = 5, cooldownMilliseconds: Int,
        codes: Set<Int>? = nil
    ) {
        self.failures = failures
        self.failurePercent = failurePercent
        self.minimumRequests = minimumRequests
        self.cooldownMilliseconds = cooldownMilliseconds
        self.codes = codes
    }
}

/// `hedge` of a target: a second try beside a slow first one; the first answer wins, the other is cancelled.
package struct HedgeRule: Sendable, Equatable {
    package enum Delay: Sendable, Equatable {
        case milliseconds(Int)
        /// Of the target's own latencies (`after_percentile: 95`).
        case percentile(Double)
    }
    package var delay: Delay
    /// At most so many second tries for each hundred requests.
    package var mostExtraPercent: Double

    package init(delay: Delay, mostExtraPercent: Double = 10) {
        self.delay = delay
        self.mostExtraPercent = mostExtraPercent
    }
}
