// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import TestSupport
import Testing

@testable import ProviderAdapters

struct CostTests {
    @Test(arguments: HandPricedCall.all)
    func `a call costs what the published price comes to`(_ call: HandPricedCall) throws {
        let price = try #require(PriceTable.builtIn.price(of: call.model, at: call.provider))
        #expect(price.cost(of: call.usage, batch: call.batch) == NanoUSD(call.cost))
    }

    @Test func `sixty calls and more were worked out by hand`() { #expect(HandPricedCall.all.count >= 60) }

    @Test(arguments: [
        // What it is billed by no usage tells.
        ("openai", "whisper-1", Usage(inputTokens: 5, outputTokens: 5)),
        ("bedrock", "twelvelabs.marengo-embed-2-7-v1:0", Usage()),
        ("google", "gemini-2.0-flash-exp-image-generation", Usage(inputTokens: 5, outputTokens: 5)),
        // Nobody said what was used.
        ("openai", "gpt-4o", Usage()), ("openai", "gpt-4o", Usage(inputTokens: 5)), ("openai", "gpt-4o", Usage(outputTokens: 5)),
        ("anthropic", "claude-sonnet-4-5", Usage(cacheReadInputTokens: 5)),
    ])
    func `what cannot be known is unpriced, and not 0`(_ provider: String, _ model: String, _ usage: Usage) throws {
        let price = try #require(PriceTable.builtIn.price(of: model, at: provider))
        #expect(price.cost(of: usage) == nil)
    }

    @Test func `a batch without a batch price is unpriced`() throws {
        let price = try #require(PriceTable.builtIn.price(of: "grok-4", at: "x-ai"))
        #expect(price.cost(of: Usage(inputTokens: 1, outputTokens: 1), batch: true) == nil)
        #expect(price.worstCost(inputTokensBound: 1, outputTokensBound: 1, batch: true) == nil)
    }

    @Test func `figures that no provider means do not crash`() throws {
        let price = try #require(PriceTable.builtIn.price(of: "gpt-4o", at: "openai"))
        let usage = Usage(inputTokens: .max, outputTokens: .max, cacheReadInputTokens: .max, reasoningOutputTokens: .max)
        #expect(price.cost(of: usage) == NanoUSD(2_147_483_647 * 1250 + 2_147_483_647 * 10_000))
        #expect(price.cost(of: Usage(inputTokens: .min, outputTokens: -1)) == NanoUSD(0))
        #expect(price.worstCost(inputTokensBound: .max, outputTokensBound: .max) == nil)
        #expect(price.worstCost(inputTokensBound: .min, outputTokensBound: -5) == NanoUSD(0))
        var dearest = UnitPrices()
        dearest.input = .max
        dearest.cacheWrite = .max
        dearest.output = .max
        dearest.request = .max
        let absurd = ModelPrice(mode: .chat, accepts: .text, produces: .text, standard: dearest)
        #expect(absurd.cost(of: usage, requests: .max) == nil)
        #expect(absurd.worstCost(inputTokensBound: 1, outputTokensBound: 1, requests: .max) == nil)
    }

    /// Prices with any of the units, in up to three tiers.
    private func price(_ random: inout SeededRandom) -> ModelPrice {
        func units(_ random: inout SeededRandom) -> UnitPrices {
            func unit(_ random: inout SeededRandom) -> Int? {
                random.chance(2) ? nil : Int.random(in: 0...(random.chance(3) ? 9 : 90_000_000), using: &random)
            }
            var prices = UnitPrices()
            prices.input = random.chance(9) ? nil : Int.random(in: 0...15_000_000, using: &random)
            prices.output = random.chance(9) ? nil : Int.random(in: 0...75_000_000, using: &random)
            prices.cacheRead = unit(&random)
            prices.cacheWrite = unit(&random)
            prices.cacheWriteHour = unit(&random)
            prices.reasoning = unit(&random)
            prices.audioInput = unit(&random)
            prices.audioOutput = unit(&random)
            prices.imageInput = unit(&random)
            prices.imageOutput = unit(&random)
            prices.request = unit(&random)
            return prices
        }
        var price = ModelPrice(mode: .chat, accepts: .text, produces: .text, standard: units(&random))
        price.batch = random.chance(2) ? nil : units(&random)
        var above = 0
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            above += Int.random(in: 1...300, using: &random)
            price.longContext.append(
                LongContextPrices(
                    aboveInputTokens: above, standard: units(&random), batch: random.chance(2) ? nil : units(&random)))
        }
        return price
    }

    /// Any kinds, also more of them than the total has.
    private func usage(input: Int, output: Int, _ random: inout SeededRandom) -> Usage {
        var usage = Usage(
            inputTokens: Int.random(in: 0...input, using: &random), outputTokens: Int.random(in: 0...output, using: &random))
        for unit in Usage.Unit.allCases.dropFirst(2) where !random.chance(3) {
            usage[unit] = Int.random(in: 0...(random.chance(4) ? 5000 : 200), using: &random)
        }
        return usage
    }

    @Test func `no call within the bounds costs more than the worst cost`() {
        var random = SeededRandom(seed: 6)
        var compared = 0
        for _ in 0..<20_000 {
            let price = price(&random)
            let (input, output) = (Int.random(in: 0...900, using: &random), Int.random(in: 0...900, using: &random))
            let batch = random.chance(4)
            for _ in 0..<5 {
                let usage = usage(input: input, output: output, &random)
                guard let cost = price.cost(of: usage, batch: batch),
                    let worst = price.worstCost(inputTokensBound: input, outputTokensBound: output, batch: batch)
                else { continue }
                compared += 1
                #expect(cost <= worst, "\(price) \(usage) \(input) \(output)")
            }
        }
        #expect(compared > 20_000)
    }

    @Test func `a price that a call has has a worst cost too`() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<20_000 {
            var price = price(&random)
            price.longContext = []
            let usage = usage(input: 900, output: 900, &random)
            guard price.cost(of: usage) != nil else { continue }
            #expect(price.worstCost(inputTokensBound: 900, outputTokensBound: 900) != nil, "\(price)")
        }
    }

    @Test func `the worst cost of what every unit of the table can be billed by is known`() {
        var known = 0
        PriceTable.builtIn.forEachRow { row in
            let worst = row.price.worstCost(inputTokensBound: 1000, outputTokensBound: 1000)
            if let cost = row.price.cost(of: Usage(inputTokens: 1000, outputTokens: 1000)) {
                known += 1
                #expect(worst.map { cost <= $0 } == true, "\(row.provider) \(row.model)")
            }
        }
        #expect(known >= 3500)
    }
}
