// SPDX-License-Identifier: Apache-2.0

/// The tokens that a provider says a call used. `nil` means that it did not say, which is not zero.
///
/// Small, and aligned as its figures are: what holds it is allocated with each request, and the allocator's quick way ends at an
/// alignment of 16. A figure that does not fit is the largest that does, two billion.
package struct Usage: Equatable, Sendable {
    /// What is counted; each kind of input is part of `input`, each kind of output part of `output`.
    package enum Unit: Int, CaseIterable, Sendable {
        case input, output, cacheRead, cacheCreation, cacheCreationHour, reasoning
        case audioInput, audioOutput, imageInput, imageOutput
    }

    /// −1 where the provider did not say.
    private var counts = InlineArray<10, Int32>(repeating: -1)

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

    package subscript(unit: Unit) -> Int? {
        get {
            let count = counts[unit.rawValue]
            return count < 0 ? nil : Int(count)
        }
        set { counts[unit.rawValue] = newValue.map { Int32(clamping: max(0, $0)) } ?? -1 }
    }

    /// Whether nothing was said.
    package var isEmpty: Bool { self == Usage() }

    package static func == (left: Usage, right: Usage) -> Bool {
        for place in left.counts.indices where left.counts[place] != right.counts[place] { return false }
        return true
    }

    /// Takes over each figure that `newer` has; providers report a stream's usage in parts, cumulatively.
    package mutating func merge(_ newer: Usage) {
        for place in counts.indices where newer.counts[place] >= 0 { counts[place] = newer.counts[place] }
    }

    /// Adds what another try of the same call used.
    package mutating func add(_ other: Usage) {
        for unit in Unit.allCases {
            if let more = other[unit] { self[unit] = (self[unit] ?? 0) + more }
        }
    }
}

extension Usage {
    /// All input tokens, those read from and written to a prompt cache included.
    package var inputTokens: Int? {
        get { self[.input] }
        set { self[.input] = newValue }
    }
    package var outputTokens: Int? {
        get { self[.output] }
        set { self[.output] = newValue }
    }
    /// Input tokens served from the provider's prompt cache.
    package var cacheReadInputTokens: Int? {
        get { self[.cacheRead] }
        set { self[.cacheRead] = newValue }
    }
    /// Input tokens written to the provider's prompt cache, for however long.
    package var cacheCreationInputTokens: Int? {
        get { self[.cacheCreation] }
        set { self[.cacheCreation] = newValue }
    }
    /// Those of them that are kept for an hour.
    package var cacheCreationHourInputTokens: Int? {
        get { self[.cacheCreationHour] }
        set { self[.cacheCreationHour] = newValue }
    }
    /// Output tokens spent on reasoning.
    package var reasoningOutputTokens: Int? {
        get { self[.reasoning] }
        set { self[.reasoning] = newValue }
    }
    package var audioInputTokens: Int? {
        get { self[.audioInput] }
        set { self[.audioInput] = newValue }
    }
    package var audioOutputTokens: Int? {
        get { self[.audioOutput] }
        set { self[.audioOutput] = newValue }
    }
    package var imageInputTokens: Int? {
        get { self[.imageInput] }
        set { self[.imageInput] = newValue }
    }
    package var imageOutputTokens: Int? {
        get { self[.imageOutput] }
        set { self[.imageOutput] = newValue }
    }
}
