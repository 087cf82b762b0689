// SPDX-License-Identifier: Apache-2.0
import Caching
import Testing

/// Who makes vectors is told apart by all that could make them other ones.
struct EmbedderKeyTests {
    private func key(
        _ provider: String = "openai", _ base: String = "https://a.example/v1", _ query: String = "", _ model: String = "m",
        _ dimensions: Int = 384, _ responseModel: String? = "m"
    ) -> CacheKey {
        CacheKey.embedder(
            provider: provider, base: base, query: query, model: model, dimensions: dimensions, responseModel: responseModel)
    }

    @Test func `every part counts, and where it stands`() {
        let all = [
            key(), key("other"), key("openai", "https://b.example/v1"), key("openai", "https://a.example/v1", "?v=1"),
            key("openai", "https://a.example/v1", "", "n"), key("openai", "https://a.example/v1", "", "m", 385),
            key("openai", "https://a.example/v1", "", "m", 384, "m-2"), key("openai", "https://a.example/v1", "", "m", 384, nil),
            key("openai", "https://a.example/v1", "", "m", 384, ""), key("openaihttps", "://a.example/v1"),
        ]
        #expect(Set(all).count == all.count && key() == all[0])
    }

    @Test func `a partition is another one for each embedder, and none is the daemon's own`() {
        let partitions = [CacheKey(words: (1, 2, 3, 4)), CacheKey(words: (4, 3, 2, 1))]
        let embedders = [key(), key("other")]
        let all = partitions + partitions.flatMap { partition in embedders.map { partition.of($0) } }
        #expect(Set(all).count == 6 && partitions[0].of(embedders[0]) == all[2])
        #expect(embedders[0].of(partitions[0]) != all[2])
    }
}
