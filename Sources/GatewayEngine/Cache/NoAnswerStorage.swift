// SPDX-License-Identifier: Apache-2.0
package import Caching
package import GatewayModel

/// No disk under the cache: answers are kept in memory only, and no question is compared by its meaning.
package struct NoAnswerStorage: AnswerStorage {
    private let trouble: String?

    /// - Parameter trouble: why there is none, unless somebody wanted it so.
    package init(trouble: String? = nil) { self.trouble = trouble }

    package func answer(for key: CacheKey, now: Int) async -> CachedAnswer? { nil }
    package func store(_ answer: CachedAnswer, _ prompt: CachedPrompt?) {}
    package func learn(_ key: CacheKey, _ learned: LearnedThreshold) {}
    package func remove(_ key: CacheKey) {}
    package func purge(_ selection: CacheSelection) async throws(GatewayFailure) -> [CacheKey] { [] }
    package func prompts(of keys: [CacheKey]) -> [CacheKey: (text: String, learned: LearnedThreshold)] { [:] }
    package func eachPrompt(of embedder: String, now: Int, _ body: ([IndexedPrompt]) -> Bool) {}
    package func falseHits() async -> [String: FalseHitCounts] { [:] }
    package func save(_ counts: FalseHitCounts, of domain: String) {}
    package func close() async {}
    package func statistics() async -> AnswerStorageStatistics {
        var statistics = AnswerStorageStatistics()
        statistics.trouble = trouble
        return statistics
    }
}
