// SPDX-License-Identifier: Apache-2.0

/// The tokens that a provider says a call used. `nil` means that it did not say, which is not zero.
package struct Usage: Equatable, Sendable {
    /// All input tokens, those read from and written to a prompt cache included.
    package var inputTokens: Int?
    package var outputTokens: Int?
    /// Input tokens served from the provider's prompt cache.
    package var cacheReadInputTokens: Int?
    /// Input tokens written to the provider's prompt cache.
    package var cacheCreationInputTokens: Int?
    /// Output tokens spent on reasoning; part of `outputTokens`.
    package var reasoningOutputTokens: Int?

    package init(
        inputTokens: Int? = nil, outputTokens: Int? = nil, cacheReadInputTokens: Int? = nil,
        cacheCreationInputTokens: Int? = nil, reasoningOutputTokens: Int? = nil
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cacheReadInputTokens = cacheReadInputTokens
        self.cacheCreationInputTokens = cacheCreationInputTokens
        self.reasoningOutputTokens = reasoningOutputTokens
    }

    /// Takes over each figure that `newer` has; providers report a stream's usage in parts, cumulatively.
    package mutating func merge(_ newer: Usage) {
        inputTokens = newer.inputTokens ?? inputTokens
        outputTokens = newer.outputTokens ?? outputTokens
        cacheReadInputTokens = newer.cacheReadInputTokens ?? cacheReadInputTokens
        cacheCreationInputTokens = newer.cacheCreationInputTokens ?? cacheCreationInputTokens
        reasoningOutputTokens = newer.reasoningOutputTokens ?? reasoningOutputTokens
    }

    /// Adds what another try of the same call used.
    package mutating func add(_ other: Usage) {
        func sum(_ first: Int?, _ second: Int?) -> Int? { first.map { $0 + (second ?? 0) } ?? second }
        inputTokens = sum(inputTokens, other.inputTokens)
        outputTokens = sum(outputTokens, other.outputTokens)
        cacheReadInputTokens = sum(cacheReadInputTokens, other.cacheReadInputTokens)
        cacheCreationInputTokens = sum(cacheCreationInputTokens, other.cacheCreationInputTokens)
        reasoningOutputTokens = sum(reasoningOutputTokens, other.reasoningOutputTokens)
    }
}
