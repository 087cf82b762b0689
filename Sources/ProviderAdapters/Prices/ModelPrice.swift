// SPDX-License-Identifier: Apache-2.0

/// What a model costs at a provider, and how much goes into it: a row of the price table.
package struct ModelPrice: Sendable, Equatable {
    package var mode: ModelMode
    /// The most input tokens it takes, where that is known.
    package var contextTokens: Int?
    package var maximumOutputTokens: Int?
    package var accepts: Modalities
    package var produces: Modalities
    /// Of a call with little input.
    package var standard: UnitPrices
    /// The same in a batch, where that is known.
    package var batch: UnitPrices?
    /// For calls with more input, the smallest threshold first.
    package var longContext: [LongContextPrices] = []

    /// What a call is billed by: the length of its input decides over all its units, not only over those above a threshold.
    /// - Returns: nil for a batch whose price is not known.
    package func prices(inputTokens: Int, inBatch: Bool = false) -> UnitPrices? {
        var prices = inBatch ? batch : standard
        for tier in longContext where inputTokens > tier.aboveInputTokens { prices = inBatch ? tier.batch : tier.standard }
        return prices
    }

    /// Nano-dollars of a call with a thousand input and a thousand output tokens, to compare models by; nil for what is not
    /// billed by tokens.
    package var ofThousandTokens: Int? {
        guard standard.input != nil || standard.request != nil && !standard.billsTokens else { return nil }
        return (standard.input ?? 0) + (standard.output ?? standard.imageOutput ?? 0) + (standard.request ?? 0)
    }
}

/// Prices of calls with more than so many input tokens.
package struct LongContextPrices: Sendable, Equatable {
    package var aboveInputTokens: Int
    package var standard: UnitPrices
    package var batch: UnitPrices?
}

/// One price for each unit, in nano-dollars; nil where it is not known, or where the unit is billed as another: what is read from
/// or written to a cache, sound and images that go in as `input`, reasoning, sound and images that come out as `output`.
package struct UnitPrices: Sendable, Equatable {
    // For a thousand tokens: that is whole for prices that are not whole for one.
    package var input: Int?
    package var output: Int?
    package var cacheRead: Int?
    /// Into the cache for five minutes.
    package var cacheWrite: Int?
    package var cacheWriteHour: Int?
    package var reasoning: Int?
    package var audioInput: Int?
    package var audioOutput: Int?
    package var imageInput: Int?
    package var imageOutput: Int?

    // For one.
    package var request: Int?
    package var imageMade: Int?
    package var imageSent: Int?
    package var soundSecond: Int?
    package var character: Int?

    package init() {}
}

/// What a model is asked through.
package enum ModelMode: String, Sendable, CaseIterable {
    case chat
    case responses
    case completion
    case embedding
    case rerank
    case moderation
    case imageGeneration = "image_generation"
    case imageEdit = "image_edit"
    case audioTranscription = "audio_transcription"
    case audioSpeech = "audio_speech"
    case realtime
}

/// What a model takes or makes.
package struct Modalities: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let text = Modalities(rawValue: 1)
    package static let image = Modalities(rawValue: 2)
    package static let audio = Modalities(rawValue: 4)
    package static let video = Modalities(rawValue: 8)
    package static let document = Modalities(rawValue: 16)
}
