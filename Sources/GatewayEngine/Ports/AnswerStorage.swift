// SPDX-License-Identifier: Apache-2.0
package import Caching
package import GatewayModel

/// The disk under the cache. It may lose what it was given, and says nothing of it; it never gives back anything else.
package protocol AnswerStorage: Sendable {
    /// - Returns: nil when there is none, it has expired, or it cannot be read.
    func answer(for key: CacheKey, now: Int) async -> CachedAnswer?
    /// Queued, never awaited: what the disk does not take in time is dropped. An older answer of the same key goes, with its
    /// prompt.
    func store(_ answer: CachedAnswer, _ prompt: CachedPrompt?)
    /// What an entry has learned; queued.
    func learn(_ key: CacheKey, _ learned: LearnedThreshold)
    /// Queued.
    func remove(_ key: CacheKey)
    /// - Returns: the keys that went.
    func purge(_ selection: CacheSelection) async throws(GatewayFailure) -> [CacheKey]
    /// The text and what was learned of each key that is there. Blocks: for the threads of `BackgroundWork`.
    func prompts(of keys: [CacheKey]) -> [CacheKey: (text: String, learned: LearnedThreshold)]
    /// All prompts of an embedder that are alive, a batch at a time, until `body` returns false. Blocks.
    func eachPrompt(of embedder: String, now: Int, _ body: ([IndexedPrompt]) -> Bool)
    /// False hits so far, by domain; see `FalseHitEstimate`.
    func falseHits() async -> [String: FalseHitCounts]
    /// Queued.
    func save(_ counts: FalseHitCounts, of domain: String)
    func statistics() async -> AnswerStorageStatistics
    /// Writes what waits, and ends.
    func close() async
}

/// What the index takes of a prompt.
package struct IndexedPrompt: Sendable {
    package var key: CacheKey
    package var partition: CacheKey
    package var vector: QuantisedVector
    package var expiresAtMilliseconds: Int

    package init(key: CacheKey, partition: CacheKey, vector: QuantisedVector, expiresAtMilliseconds: Int) {
        self.key = key
        self.partition = partition
        self.vector = vector
        self.expiresAtMilliseconds = expiresAtMilliseconds
    }
}

/// Which answers are meant; all conditions that are given hold.
package struct CacheSelection: Sendable {
    package var scope: String?
    package var namespace: String?
    package var provider: String?
    /// Stored before it, in milliseconds since 1970.
    package var before: Int?
    package var key: CacheKey?

    package init() {}
}

package struct AnswerStorageStatistics: Sendable {
    package var entries = 0
    package var prompts = 0
    /// Of the file.
    package var bytes = 0
    /// Not written because the disk was full, slow or broken.
    package var dropped = 0
    /// Rows that were not what had been written, and went.
    package var damaged = 0
    /// Why nothing is kept at the moment, or nil.
    package var trouble: String?

    package init() {}
}
