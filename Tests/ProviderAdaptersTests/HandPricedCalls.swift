// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// A call whose cost was worked out by hand from the provider's published price.
struct HandPricedCall: Sendable, CustomStringConvertible {
    var provider: String
    var model: String
    var usage = Usage()
    var batch: Bool
    /// Nano-dollars: tokens times nano-dollars a token ($2.50 for a million tokens are 2,500 for one).
    var cost: Int

    init(
        _ provider: String, _ model: String, _ input: Int?, _ output: Int?, read: Int? = nil, write: Int? = nil, hour: Int? = nil,
        reasoning: Int? = nil, audioIn: Int? = nil, audioOut: Int? = nil, imageIn: Int? = nil, imageOut: Int? = nil,
        batch: Bool = false, costs cost: Int
    ) {
        self.provider = provider
        self.model = model
        self.batch = batch
        self.cost = cost
        for (unit, count) in zip(
            [
                Usage.Unit.input, .output, .cacheRead, .cacheCreation, .cacheCreationHour, .reasoning, .audioInput, .audioOutput,
                .imageInput, .imageOutput,
            ], [input, output, read, write, hour, reasoning, audioIn, audioOut, imageIn, imageOut])
        {
            usage[unit] = count
        }
    }

    var description: String { "\(provider) \(model) \(cost)" }
}

extension HandPricedCall {
    static let plain: [HandPricedCall] = [
        HandPricedCall("openai", "gpt-4o", 1000, 500, costs: 1000 * 2500 + 500 * 10_000),
        HandPricedCall("openai", "gpt-4o-2024-08-06", 19, 10, costs: 19 * 2500 + 10 * 10_000),
        HandPricedCall("openai", "gpt-4o-2024-05-13", 19, 10, costs: 19 * 5000 + 10 * 15_000),
        HandPricedCall("openai", "gpt-4o-mini", 1, 1, costs: 150 + 600),
        HandPricedCall("openai", "gpt-4.1", 123_456, 7890, costs: 123_456 * 2000 + 7890 * 8000),
        HandPricedCall("openai", "gpt-4.1-nano", 10, 0, costs: 10 * 100),
        HandPricedCall("openai", "gpt-3.5-turbo", 57, 17, costs: 57 * 500 + 17 * 1500),
        HandPricedCall("openai", "gpt-4-turbo", 57, 17, costs: 57 * 10_000 + 17 * 30_000),
        HandPricedCall("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123", 100, 50, costs: 100 * 300 + 50 * 1200),
        HandPricedCall("openai", "text-embedding-3-small", 8, nil, costs: 8 * 20),
        HandPricedCall("openai", "text-embedding-3-large", 1000, nil, costs: 1000 * 130),
        HandPricedCall("anthropic", "claude-sonnet-4-5", 1000, 500, costs: 1000 * 3000 + 500 * 15_000),
        HandPricedCall("anthropic", "claude-sonnet-4-5-20250929", 12, 6, costs: 12 * 3000 + 6 * 15_000),
        HandPricedCall("anthropic", "claude-opus-4-5", 12, 6, costs: 12 * 5000 + 6 * 25_000),
        HandPricedCall("anthropic", "claude-haiku-4-5", 12, 6, costs: 12 * 1000 + 6 * 5000),
        HandPricedCall("azure-openai", "gpt-4o", 11, 9, costs: 11 * 2500 + 9 * 10_000),
        HandPricedCall("deepseek", "deepseek-chat", 100, 100, costs: 100 * 280 + 100 * 420),
        HandPricedCall("groq", "openai/gpt-oss-120b", 100, 100, costs: 100 * 150 + 100 * 600),
        HandPricedCall("mistral-ai", "mistral-large-latest", 100, 100, costs: 100 * 500 + 100 * 1500),
        HandPricedCall("cerebras", "gpt-oss-120b", 100, 100, costs: 100 * 350 + 100 * 750),
        HandPricedCall("together-ai", "meta-llama/Llama-3.3-70B-Instruct-Turbo", 9, 4, costs: 9 * 1040 + 4 * 1040),
        HandPricedCall("openrouter", "deepseek/deepseek-r1:free", 500, 500, costs: 0),
        HandPricedCall("voyage", "voyage-3.5", 250, nil, costs: 250 * 60),
        // $0.005 for the request, beside its tokens, of which those that go in are free.
        HandPricedCall("perplexity-ai", "sonar-medium-online", 300, 100, costs: 5_000_000 + 100 * 1800),
        // A search, whatever goes into it: $2 for a thousand.
        HandPricedCall("cohere", "rerank-v3.5", nil, nil, costs: 2_000_000),
    ]

    /// OpenAI counts cached tokens within the prompt, Anthropic beside it: here both are within.
    static let cached: [HandPricedCall] = [
        HandPricedCall("openai", "gpt-4o", 2006, 300, read: 1920, costs: 86 * 2500 + 1920 * 1250 + 300 * 10_000),
        HandPricedCall("openai", "gpt-4o-mini", 1024, 10, read: 1024, costs: 1024 * 75 + 10 * 600),
        HandPricedCall("openai", "gpt-4.1-nano", 3, 0, read: 1, costs: 2 * 100 + 25),
        HandPricedCall("openai", "o3", 5000, 700, read: 4864, costs: 136 * 2000 + 4864 * 500 + 700 * 8000),
        HandPricedCall("openai", "gpt-5", 10_000, 100, read: 9984, costs: 16 * 1250 + 9984 * 125 + 100 * 10_000),
        // No price for what is read: as input.
        HandPricedCall("openai", "gpt-4-turbo", 100, 1, read: 40, costs: 100 * 10_000 + 30_000),
        HandPricedCall("anthropic", "claude-sonnet-4-5", 10_050, 8, read: 10_000, costs: 50 * 3000 + 10_000 * 300 + 8 * 15_000),
        HandPricedCall("anthropic", "claude-opus-4-5", 4321, 8, read: 4300, costs: 21 * 5000 + 4300 * 500 + 8 * 25_000),
        HandPricedCall("deepseek", "deepseek-chat", 900, 40, read: 832, costs: 68 * 280 + 832 * 28 + 40 * 420),
        HandPricedCall("x-ai", "grok-4", 362, 28, read: 361, costs: 3000 + 361 * 750 + 28 * 15_000),
        HandPricedCall("moonshot", "kimi-k2.5", 300, 20, read: 256, costs: 44 * 600 + 256 * 100 + 20 * 3000),
        HandPricedCall("z-ai", "glm-4.7", 300, 20, read: 256, costs: 44 * 600 + 256 * 110 + 20 * 2200),
        // More cached than there are tokens at all, as one deployment of Grok says: as many as there are.
        HandPricedCall("x-ai", "grok-4", 10, 213, read: 161, costs: 10 * 750 + 213 * 15_000),
    ]

    static let written: [HandPricedCall] = [
        HandPricedCall("anthropic", "claude-sonnet-4-5", 2100, 9, write: 2000, costs: 100 * 3000 + 2000 * 3750 + 9 * 15_000),
        HandPricedCall(
            "anthropic", "claude-sonnet-4-5", 5100, 9, read: 3000, write: 2000,
            costs: 100 * 3000 + 3000 * 300 + 2000 * 3750 + 9 * 15_000),
        HandPricedCall("anthropic", "claude-opus-4-5", 1101, 9, write: 1100, costs: 5000 + 1100 * 6250 + 9 * 25_000),
        HandPricedCall(
            "anthropic", "claude-haiku-4-5", 2005, 11, write: 1993, hour: 1993, costs: 12 * 1000 + 1993 * 2000 + 11 * 5000),
        HandPricedCall(
            "anthropic", "claude-sonnet-4-5", 1000, 1, write: 900, hour: 400,
            costs: 100 * 3000 + 500 * 3750 + 400 * 6000 + 15_000),
        // Twice the input, as Anthropic says of the hour, where the list has no price of it.
        HandPricedCall(
            "anthropic", "claude-opus-4-20250514", 1000, 1, write: 900, hour: 900, costs: 100 * 15_000 + 900 * 30_000 + 75_000),
        HandPricedCall("anthropic", "claude-3-5-haiku-latest", 200, 1, write: 150, costs: 50 * 800 + 150 * 1000 + 4000),
        HandPricedCall(
            "bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", 600, 7, read: 100, write: 200, hour: 100,
            costs: 300 * 3000 + 100 * 300 + 100 * 3750 + 100 * 6000 + 7 * 15_000),
        HandPricedCall("openai", "gpt-5.6-sol", 1000, 10, write: 800, costs: 200 * 4000 + 800 * 5000 + 10 * 20_000),
        // No price for what is written: as input.
        HandPricedCall("openai", "gpt-4o", 1000, 10, write: 800, costs: 1000 * 2500 + 10 * 10_000),
    ]

    static let media: [HandPricedCall] = [
        HandPricedCall(
            "openai", "gpt-4o-audio-preview", 120, 90, audioIn: 100, audioOut: 70,
            costs: 20 * 2500 + 100 * 40_000 + 20 * 10_000 + 70 * 80_000),
        HandPricedCall("openai", "gpt-audio", 50, 12, audioIn: 50, costs: 50 * 32_000 + 12 * 10_000),
        HandPricedCall(
            "openai", "gpt-4o-realtime-preview", 1500, 2000, read: 500, audioIn: 500, audioOut: 1000,
            costs: 500 * 5000 + 500 * 2500 + 500 * 40_000 + 1000 * 20_000 + 1000 * 80_000),
        HandPricedCall(
            "openai", "gpt-4o-mini-audio-preview", 33, 21, audioIn: 11, audioOut: 9,
            costs: 22 * 150 + 11 * 10_000 + 12 * 600 + 9 * 20_000),
        HandPricedCall("google", "gemini-2.5-flash", 900, 5, audioIn: 800, costs: 100 * 300 + 800 * 1000 + 5 * 2500),
        // Sound that has no price of its own is input.
        HandPricedCall("openai", "gpt-4o", 900, 5, audioIn: 800, costs: 900 * 2500 + 5 * 10_000),
        // What it makes are images, whether or not it says so.
        HandPricedCall("openai", "gpt-image-1", 50, 4160, costs: 50 * 5000 + 4160 * 40_000),
        HandPricedCall(
            "openai", "gpt-image-1", 373, 1056, imageIn: 323, imageOut: 1056, costs: 50 * 5000 + 323 * 10_000 + 1056 * 40_000),
        HandPricedCall(
            "google", "gemini-3-pro-image-preview", 20, 1200, imageOut: 1120, costs: 20 * 2000 + 80 * 12_000 + 1120 * 120_000),
        HandPricedCall("openai", "gpt-4o", 1120, 5, imageIn: 1105, costs: 1120 * 2500 + 5 * 10_000),
    ]

    static let reasoning: [HandPricedCall] = [
        HandPricedCall("openai", "o4-mini", 75, 1186, reasoning: 1024, costs: 75 * 1100 + 1186 * 4400),
        HandPricedCall("openai", "gpt-5-mini", 10, 2000, reasoning: 1984, costs: 10 * 250 + 2000 * 2000),
        HandPricedCall(
            "perplexity-ai", "sonar-deep-research", 40, 5000, reasoning: 4000, costs: 40 * 2000 + 1000 * 8000 + 4000 * 3000),
        HandPricedCall(
            "dashscope", "qwen-plus-2025-07-28", 100, 300, reasoning: 200, costs: 100 * 400 + 100 * 1200 + 200 * 4000),
        HandPricedCall("anthropic", "claude-sonnet-4-5", 10, 900, reasoning: 850, costs: 10 * 3000 + 900 * 15_000),
    ]

    static let longContext: [HandPricedCall] = [
        HandPricedCall("google", "gemini-2.5-pro", 200_000, 100, costs: 200_000 * 1250 + 100 * 10_000),
        // One token more, and all of it is dearer, what comes out too.
        HandPricedCall("google", "gemini-2.5-pro", 200_001, 100, costs: 200_001 * 2500 + 100 * 15_000),
        HandPricedCall(
            "openai", "gpt-5.6-sol", 300_000, 10, read: 100_000, write: 50_000,
            costs: 150_000 * 8000 + 100_000 * 800 + 50_000 * 10_000 + 10 * 30_000),
        HandPricedCall(
            "anthropic", "claude-haiku-5-5", 100_001, 2, write: 100_000, hour: 100_000,
            costs: 500 + 100_000 * 1000 + 2 * 2500),
        HandPricedCall("anthropic", "claude-haiku-5-5", 100_000, 2, read: 99_000, costs: 1000 * 100 + 99_000 * 10 + 2 * 500),
        HandPricedCall(
            "openrouter", "anthropic/claude-sonnet-4.5", 250_000, 1, read: 240_000,
            costs: 10_000 * 6000 + 240_000 * 600 + 22_500),
    ]

    static let batches: [HandPricedCall] = [
        HandPricedCall("openai", "gpt-4o", 1000, 500, batch: true, costs: 1000 * 1250 + 500 * 5000),
        HandPricedCall("openai", "gpt-5.4", 272_001, 100, batch: true, costs: 272_001 * 2500 + 100 * 11_250),
        HandPricedCall(
            "anthropic", "claude-opus-4-5", 3000, 100, read: 1000, write: 1000, batch: true,
            costs: 1000 * 2500 + 1000 * 250 + 1000 * 3125 + 100 * 12_500),
        HandPricedCall("openai", "text-embedding-3-small", 999, nil, batch: true, costs: 999 * 10),
        // 2.5 nano-dollars, and a half goes up.
        HandPricedCall("openai", "gpt-5-nano", 1, 0, read: 1, batch: true, costs: 3),
        // 3 times 62.5 are 187.5.
        HandPricedCall("anthropic", "claude-haiku-5-5", 3, 0, write: 3, batch: true, costs: 188),
        // 3 times 62.5 and 1 times 2.5, for each 187.5 and 5: rounded once.
        HandPricedCall("anthropic", "claude-haiku-5-5", 4, 0, read: 1, write: 3, batch: true, costs: 193),
    ]

    static let all = plain + cached + written + media + reasoning + longContext + batches
}
