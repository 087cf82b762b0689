// SPDX-License-Identifier: Apache-2.0
import ProviderAdapters
import Testing

/// Prices copied by hand out of the lists that the table is made from, in dollars for a million tokens, as providers say them.
struct KnownPriceTests {
    struct Known: Sendable, CustomTestStringConvertible {
        var provider: String
        var model: String
        var input: Double
        var output: Double?
        var read: Double?
        var write: Double?
        var writeHour: Double?
        var batch: [Double]?
        var context: Int?
        var maximumOutput: Int?

        init(
            _ provider: String, _ model: String, _ input: Double, _ output: Double?, read: Double? = nil, write: Double? = nil,
            hour: Double? = nil, batch: [Double]? = nil, _ context: Int? = nil, _ maximumOutput: Int? = nil
        ) {
            self.provider = provider
            self.model = model
            self.input = input
            self.output = output
            self.read = read
            self.write = write
            writeHour = hour
            self.batch = batch
            self.context = context
            self.maximumOutput = maximumOutput
        }
        var testDescription: String { "\(provider) \(model)" }
    }

    static let known: [Known] = [
        Known("openai", "gpt-4o", 2.5, 10, read: 1.25, batch: [1.25, 5], 128_000, 16_384),
        Known("openai", "gpt-4o-2024-05-13", 5, 15, batch: [2.5, 7.5], 128_000, 4096),
        Known("openai", "gpt-4o-mini", 0.15, 0.6, read: 0.075, batch: [0.075, 0.3], 128_000, 16_384),
        Known("openai", "gpt-4.1", 2, 8, read: 0.5, batch: [1, 4], 1_047_576, 32_768),
        Known("openai", "gpt-4.1-nano", 0.1, 0.4, read: 0.025, batch: [0.05, 0.2], 1_047_576, 32_768),
        Known("openai", "o3", 2, 8, read: 0.5, batch: [1, 4], 200_000, 100_000),
        Known("openai", "o4-mini", 1.1, 4.4, read: 0.275, batch: [0.55, 2.2], 200_000, 100_000),
        Known("openai", "gpt-5", 1.25, 10, read: 0.125, batch: [0.625, 5], 272_000, 128_000),
        Known("openai", "gpt-5-mini", 0.25, 2, read: 0.025, batch: [0.125, 1], 272_000, 128_000),
        Known("openai", "gpt-5.6-sol", 4, 20, read: 0.4, write: 5, batch: [2, 10], 922_000, 128_000),
        Known("openai", "ft:gpt-4o-mini-2024-07-18", 0.3, 1.2, read: 0.15, batch: [0.15, 0.6], 128_000, 16_384),
        Known("openai", "text-embedding-3-small", 0.02, 0, batch: [0.01, 0], 8191),
        Known("openai", "text-embedding-3-large", 0.13, 0, batch: [0.065, 0], 8191),
        Known("anthropic", "claude-sonnet-4-5", 3, 15, read: 0.3, write: 3.75, hour: 6, batch: [1.5, 7.5], 200_000, 64_000),
        Known("anthropic", "claude-opus-4-5", 5, 25, read: 0.5, write: 6.25, hour: 10, batch: [2.5, 12.5], 200_000, 64_000),
        Known("anthropic", "claude-haiku-4-5", 1, 5, read: 0.1, write: 1.25, hour: 2, batch: [0.5, 2.5], 200_000, 64_000),
        // The lists differ; the newer one counts.
        Known("anthropic", "claude-sonnet-5", 2, 10, read: 0.2, write: 2.5, hour: 4, batch: [1, 5], 1_000_000, 128_000),
        Known("anthropic", "claude-3-5-haiku-latest", 0.8, 4, read: 0.08, write: 1, 200_000),
        Known("google", "gemini-2.5-pro", 1.25, 10, read: 0.125, batch: [0.625, 5], 1_048_576, 65_536),
        Known("google", "gemini-2.5-flash", 0.3, 2.5, read: 0.03, batch: [0.15, 1.25], 1_048_576, 65_536),
        Known("google", "gemini-2.5-flash-lite", 0.1, 0.4, read: 0.01, batch: [0.05, 0.2], 1_048_576, 65_536),
        Known("deepseek", "deepseek-chat", 0.28, 0.42, read: 0.028, 131_072, 8192),
        Known("deepseek", "deepseek-reasoner", 0.28, 0.42, read: 0.028, 131_072, 65_536),
        Known("groq", "openai/gpt-oss-120b", 0.15, 0.6, read: 0.075, 131_072, 65_536),
        Known("groq", "llama-3.3-70b-versatile", 0.59, 0.79),
        Known("mistral-ai", "mistral-large-latest", 0.5, 1.5, read: 0.05, 262_144, 262_144),
        Known("mistral-ai", "codestral-latest", 0.3, 0.9, read: 0.03, 128_000, 128_000),
        Known("x-ai", "grok-4", 3, 15, read: 0.75, 256_000),
        Known("moonshot", "kimi-k2.5", 0.6, 3, read: 0.1, 262_144, 262_144),
        Known("perplexity-ai", "sonar-deep-research", 2, 8, 128_000),
        Known("together-ai", "meta-llama/Llama-3.3-70B-Instruct-Turbo", 1.04, 1.04, 131_072),
        Known("deepinfra", "Qwen/QwQ-32B", 0.15, 0.4, 131_072, 131_072),
        Known("cerebras", "gpt-oss-120b", 0.35, 0.75, 131_072, 32_768),
        Known("nscale", "Qwen/QwQ-32B", 0.18, 0.2),
        Known("z-ai", "glm-4.7", 0.6, 2.2, read: 0.11, 200_000, 128_000),
        Known("openrouter", "anthropic/claude-3.5-sonnet", 3, 15),
        Known("openrouter", "deepseek/deepseek-r1:free", 0, 0),
        Known("huggingface", "deepseek-ai/DeepSeek-V3.2:novita", 0.269, 0.4, 163_840),
        Known("azure-openai", "gpt-4o", 2.5, 10, read: 1.25, 128_000, 16_384),
        Known("voyage", "voyage-3.5", 0.06, 0, 32_000),
    ]

    @Test(arguments: known)
    func `a well-known model costs what the lists say`(_ known: Known) throws {
        let price = try #require(PriceTable.builtIn.price(of: known.model, at: known.provider))
        #expect(price.standard.input == thousand(known.input))
        #expect(price.standard.output == thousand(known.output))
        #expect(price.standard.cacheRead == thousand(known.read))
        #expect(price.standard.cacheWrite == thousand(known.write))
        #expect(price.standard.cacheWriteHour == thousand(known.writeHour))
        #expect(price.batch.map { [$0.input, $0.output] } == known.batch.map { $0.map(thousand) })
        #expect(price.contextTokens == known.context)
        #expect(price.maximumOutputTokens == known.maximumOutput)
        #expect(price.ofThousandTokens == (thousand(known.input) ?? 0) + (thousand(known.output) ?? 0))
    }

    /// Dollars for a million to nano-dollars for a thousand.
    func thousand(_ dollars: Double) -> Int? { Int((dollars * 1_000_000).rounded()) }
    func thousand(_ dollars: Double?) -> Int? { dollars.flatMap(thousand) }

    @Test func `long context costs what its tier says`() throws {
        let price = try #require(PriceTable.builtIn.price(of: "gpt-5.6-sol", at: "openai"))
        #expect(price.longContext.map(\.aboveInputTokens) == [272_000])
        let below = try #require(price.prices(inputTokens: 272_000))
        #expect([below.input, below.output, below.cacheRead, below.cacheWrite] == [4_000_000, 20_000_000, 400_000, 5_000_000])
        let above = try #require(price.prices(inputTokens: 272_001))
        #expect([above.input, above.output, above.cacheRead, above.cacheWrite] == [8_000_000, 30_000_000, 800_000, 10_000_000])
        let batch = try #require(price.prices(inputTokens: 272_001, inBatch: true))
        #expect([batch.input, batch.output, batch.cacheRead, batch.cacheWrite] == [4_000_000, 15_000_000, 400_000, 5_000_000])
        let hour = try #require(PriceTable.builtIn.price(of: "claude-haiku-5-5", at: "anthropic"))
        #expect(hour.prices(inputTokens: 100_001)?.cacheWriteHour == 1_000_000)
        let tiers = try #require(PriceTable.builtIn.price(of: "qwen-plus-2025-07-28", at: "dashscope"))
        #expect(tiers.prices(inputTokens: 256_000)?.reasoning == 4_000_000)
        #expect(tiers.prices(inputTokens: 256_001)?.reasoning == 12_000_000)
        #expect(tiers.prices(inputTokens: 1, inBatch: true) == nil)
    }

    @Test func `what is not billed by tokens has its own units`() throws {
        let table = PriceTable.builtIn
        let whisper = try #require(table.price(of: "whisper-1", at: "openai"))
        #expect(whisper.mode == .audioTranscription && whisper.standard.soundSecond == 100_000)
        #expect(whisper.ofThousandTokens == nil && whisper.accepts == .audio && whisper.produces == .text)
        #expect(table.price(of: "whisper-large-v3", at: "groq")?.standard.soundSecond == 30_830)
        #expect(table.price(of: "tts-1-hd", at: "openai")?.standard.character == 30_000)
        let image = try #require(table.price(of: "gpt-image-1", at: "openai")).standard
        #expect([image.input, image.imageInput, image.imageOutput] == [5_000_000, 10_000_000, 40_000_000])
        #expect(table.price(of: "rerank-v3.5", at: "cohere")?.standard.request == 2_000_000)
        let audio = try #require(table.price(of: "gpt-4o-audio-preview-2024-12-17", at: "openai"))
        #expect([audio.standard.audioInput, audio.standard.audioOutput] == [40_000_000, 80_000_000])
        #expect(audio.accepts == [.text, .audio] && audio.produces == [.text, .audio])
        #expect(table.price(of: "sonar-deep-research", at: "perplexity-ai")?.standard.reasoning == 3_000_000)
        #expect(table.price(of: "sonar-small-online", at: "perplexity-ai")?.ofThousandTokens == 5_280_000)
        // 0.08333333333333334 dollars a million.
        #expect(table.price(of: "google/gemini-2.5-flash-lite", at: "openrouter")?.standard.cacheWrite == 83_333)
    }
}
