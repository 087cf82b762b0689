// SPDX-License-Identifier: Apache-2.0

/// How much of a stream has come, to say about how many tokens that is when the provider does not.
package struct StreamMeasure: Sendable, Equatable {
    package private(set) var chunks = 0
    /// Of those that may carry text: shorter ones are marks (`{"type":"ping"}`).
    private var carriers = 0
    private var carriedBytes = 0
    private var shortestCarrier = Int.max

    package init() {}

    /// - Parameter length: of one chunk, in bytes.
    package mutating func add(chunkOf length: Int) {
        chunks += 1
        if length < Self.shortestPossible { return }
        carriers += 1
        carriedBytes += length
        shortestCarrier = min(shortestCarrier, length)
    }

    /// A token for each chunk, or for each four bytes that chunks have beyond the shortest one, which is nearly all frame: the
    /// more of both, since some providers send a token a chunk and others a sentence.
    package var likelyTokens: Int {
        carriers == 0 ? chunks : max(chunks, (carriedBytes - carriers * shortestCarrier) / 4)
    }

    private static var shortestPossible: Int { 64 }
}

extension Usage {
    /// Fills in about what the provider did not say.
    /// - Parameter inputTokens: asked where it did not say how much went in.
    package mutating func complete(with stream: StreamMeasure, inputTokens likely: @autoclosure () -> Int) {
        inputTokens = inputTokens ?? likely()
        outputTokens = max(outputTokens ?? 0, stream.likelyTokens)
    }
}
