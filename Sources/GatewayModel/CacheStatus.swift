// SPDX-License-Identifier: Apache-2.0

/// What the cache was to a call: the reply's `gateway.cache_status`. As Portkey writes them.
package enum CacheStatus: String, Sendable, CaseIterable {
    /// The answer to the same request.
    case hit = "HIT"
    /// The answer to a request that means the same.
    case semanticHit = "SEMANTIC HIT"
    /// The answer of another caller's identical request, which was in flight.
    case coalesced = "COALESCED"
    case miss = "MISS"
    /// Neither the same request was there nor one that means the same.
    case semanticMiss = "SEMANTIC MISS"
    /// Not looked up, since the call asked for a new answer.
    case refresh = "REFRESH"
    /// No rule applied.
    case disabled = "DISABLED"

    /// Whether a kept answer was served.
    package var isHit: Bool { self == .hit || self == .semanticHit }
}

/// The kept answer that a call was served with.
package struct CacheHit: Sendable, Equatable {
    /// Since it was stored.
    package var ageSeconds: Int
    /// The cosine of the two questions; nil for the same request.
    package var score: Double?
    /// The answer's key in hexadecimal, as `cache.purge` takes it.
    package var entry: String

    package init(ageSeconds: Int, score: Double? = nil, entry: String) {
        self.ageSeconds = ageSeconds
        self.score = score
        self.entry = entry
    }
}
