// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// Since the start of the daemon, but for what is there now.
package struct CacheStatistics: Sendable {
    /// Answers that are there.
    package var entries = 0
    package var hits = 0
    package var semanticHits = 0
    package var misses = 0
    package var semanticMisses = 0
    package var coalesced = 0
    package var refreshes = 0
    /// Answers that were kept.
    package var stored = 0
    package var memoryBytes = 0
    package var diskBytes = 0
    /// Questions in the index.
    package var vectors = 0
    /// How often a provider that a config has make vectors gave none: those questions were looked up as they are.
    package var embeddingFailures = 0
    package var embedder = CacheEmbedderState()
    /// Why the disk keeps nothing at the moment, or nil.
    package var trouble: String?
    /// Where semantic hits were looked at again.
    package var namespaces: [CacheNamespaceStatistics] = []
    /// Of the answers that were served again, what they used when they came.
    package var savedInputTokens = 0
    package var savedOutputTokens = 0
    package var savedNanoUSD = 0

    package init() {}
}

package struct CacheEmbedderState: Sendable {
    package enum State: String, Sendable, CaseIterable { case ready, missing, off }
    package var state = State.off
    /// Which weights, nil where there are none.
    package var model: String?
    /// What the processor computes them with: `avx512-vnni`, `avx2`, `neon`, `portable`.
    package var instructions: String?
    /// Why it is not ready.
    package var reason: String?

    package init() {}
}

/// The false hits of one namespace of one scope, over all of its time. Rates are fractions, 0 to 1.
package struct CacheNamespaceStatistics: Sendable {
    package var scope: String
    package var namespace: String?
    package var verified = 0
    package var refuted = 0
    /// nil before any was verified.
    package var falseHitRate: Double?
    /// Of 95 %.
    package var interval: (low: Double, high: Double)?
    /// The bound that the rule in force last set.
    package var maximum: Double
    /// It serves no semantic hits any more, because the bound could not be held.
    package var isStopped = false

    package init(scope: String, namespace: String?, maximum: Double) {
        self.scope = scope
        self.namespace = namespace
        self.maximum = maximum
    }
}

package struct CacheRejection: Sendable {
    /// The key of the answer that went, in hexadecimal.
    package var entry: String
    /// What the hit had been.
    package var status: CacheStatus

    package init(entry: String, status: CacheStatus) {
        self.entry = entry
        self.status = status
    }
}
