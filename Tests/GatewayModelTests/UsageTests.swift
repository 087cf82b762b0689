// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

struct UsageTests {
    @Test func `what was not said is not zero, and does not become it`() {
        var usage = Usage()
        #expect(usage.isEmpty && Usage.Unit.allCases.allSatisfy { usage[$0] == nil })
        usage.merge(Usage(inputTokens: 0))
        usage.add(Usage(outputTokens: 0))
        #expect(usage == Usage(inputTokens: 0, outputTokens: 0) && !usage.isEmpty)
        usage.inputTokens = nil
        #expect(usage.inputTokens == nil)
    }

    @Test func `what is said later takes the place of what was said, figure by figure`() {
        var usage = Usage(inputTokens: 9, outputTokens: 1, cacheReadInputTokens: 4)
        usage.merge(Usage(outputTokens: 7, reasoningOutputTokens: 2))
        #expect(usage == Usage(inputTokens: 9, outputTokens: 7, cacheReadInputTokens: 4, reasoningOutputTokens: 2))
    }

    @Test func `tries add up, and what does not fit is the largest that does`() {
        var usage = Usage(inputTokens: 9, cacheReadInputTokens: .max)
        usage.add(Usage(inputTokens: 1, outputTokens: 3, cacheReadInputTokens: .max))
        #expect(usage == Usage(inputTokens: 10, outputTokens: 3, cacheReadInputTokens: Int(Int32.max)))
        usage.outputTokens = .min
        #expect(usage.outputTokens == 0)
    }

    @Test func `each unit is its own`() {
        for unit in Usage.Unit.allCases {
            var usage = Usage()
            usage[unit] = 5
            #expect(Usage.Unit.allCases.filter { usage[$0] != nil } == [unit])
        }
    }
}

struct CostSumTests {
    @Test(arguments: [
        (Cost.priced(NanoUSD(1)), Cost.priced(NanoUSD(2)), Cost.priced(NanoUSD(3))),
        (.priced(NanoUSD(1)), .estimated(NanoUSD(2)), .estimated(NanoUSD(3))),
        (.estimated(NanoUSD(1)), .priced(NanoUSD(2)), .estimated(NanoUSD(3))),
        (.unpriced, .priced(NanoUSD(2)), .unpriced), (.estimated(NanoUSD(1)), .unpriced, .unpriced),
        (.priced(NanoUSD(.max)), .priced(NanoUSD(1)), .unpriced),
    ])
    func `a sum is only as well known as the least known of its parts`(_ one: Cost, _ other: Cost, _ sum: Cost) {
        var total = one
        total.add(other)
        #expect(total == sum)
    }
}

struct StreamMeasureTests {
    private func measure(_ lengths: [Int]) -> StreamMeasure {
        var measure = StreamMeasure()
        for length in lengths { measure.add(chunkOf: length) }
        return measure
    }

    @Test func `a provider that sends a token a chunk is counted by chunks, another by text`() {
        #expect(measure([]).likelyTokens == 0)
        #expect(measure([150, 153, 151]).likelyTokens == 3)
        #expect(measure([150, 550, 550]).likelyTokens == 200)
    }

    @Test func `a mark that carries no text does not pass for a frame`() {
        #expect(measure([15, 100, 140, 23]).likelyTokens == 10)
        #expect(measure([15, 23]).likelyTokens == 2)
    }

    @Test func `what the provider said is not made less, and what it did not say is filled in`() {
        var usage = Usage(outputTokens: 50)
        usage.complete(with: measure([150, 550]), inputTokens: 7)
        #expect(usage == Usage(inputTokens: 7, outputTokens: 100))
        usage = Usage(inputTokens: 3, outputTokens: 500)
        usage.complete(with: measure([150, 550]), inputTokens: 7)
        #expect(usage == Usage(inputTokens: 3, outputTokens: 500))
    }

    @Test func `a batch counts its chunks over all reads`() {
        var batch = ChunkBatch()
        for text in ["0123456789", "01234"] {
            batch.bytes += Array(text.utf8)
            batch.endChunk()
            batch.removeChunks()
        }
        #expect(batch.measure.chunks == 2)
    }
}
