// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import ProviderAdapters

/// Portkey's costs of a usage, in cents, from price entries in cents a token.
@Suite(.enabled(if: SharedFolder.has("portkey-vectors/cost.json"), "the vectors are no part of this repository"))
struct CostVectorTests {
    static let file = "portkey-vectors/cost.json"

    struct Vector {
        var id: String
        var price: UnitPrices?
        var usage = Usage()
        var isBatch: Bool
        /// Nano-dollars.
        var expected: Int?
    }

    /// Where we say something else (nil: unpriced), and why.
    static let deviations: [String: (cost: Int?, reason: String)] = [
        "no price config": (nil, "What has no price is unpriced, never 0."),
        "cached tokens without a cache price are free": (
            10_000_000, "Tokens without a price of their own are billed as input, as providers do: 1000 at 0.001 cents."
        ),
        "additional units": (200_000, "No usage tells of searches; the tokens are priced: 10 and 5 at 0.001 and 0.002 cents."),
        "batch additional units not halved": (nil, "A batch has a price of its own or none; no usage tells of searches."),
        "finetune token": (nil, "Training is no call."),
    ]
    static let imageReason = "What an image costs hangs on its size and quality, which no usage tells: unpriced."

    @Test func `a usage costs what Portkey says, but for what it gets wrong`() throws {
        let vectors = try Self.vectors()
        #expect(vectors.count >= 70)
        var matched = 0
        for vector in vectors {
            let cost = vector.price.flatMap { prices -> NanoUSD? in
                var price = ModelPrice(mode: .chat, accepts: .text, produces: .text, standard: prices)
                price.batch = nil
                return price.cost(of: vector.usage, batch: vector.isBatch)
            }
            if vector.price?.imageMade != nil {
                #expect(cost == nil, "\(vector.id): \(Self.imageReason)")
            } else if let deviation = Self.deviations[vector.id] {
                #expect(cost?.value == deviation.cost, "\(vector.id): \(deviation.reason)")
            } else {
                #expect(cost?.value == vector.expected, "\(vector.id)")
                matched += 1
            }
        }
        #expect(matched >= 50)
        #expect(Set(Self.deviations.keys).isSubset(of: vectors.map(\.id)))
    }

    // MARK: Reading them

    static func vectors() throws -> [Vector] {
        let data = try Data(contentsOf: SharedFolder.url.appendingPathComponent(file))
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let standard = root["default_price_config"] as? [String: Any]
        let cases = (root["cases"] as? [[String: Any]] ?? []) + (root["synthetic"] as? [[String: Any]] ?? [])
        // A call that failed used nothing; what a try without an answer costs is the engine's to say.
        return cases.filter { $0["is_success"] as? Bool != false }.map { vector($0, standard) }
    }

    private static func vector(_ entry: [String: Any], _ standard: [String: Any]?) -> Vector {
        let config = entry.keys.contains("price_config") ? entry["price_config"] as? [String: Any] : standard
        let expect = entry["expect"] as? [String: Any] ?? [:]
        var vector = Vector(
            id: entry["id"] as? String ?? "", price: config.map(prices), isBatch: entry["is_batch"] as? Bool ?? false,
            expected: nano((decimal(expect["requestCost"]) ?? 0) + (decimal(expect["responseCost"]) ?? 0)))
        let tokens = entry["tokens"] as? [String: Any] ?? [:]
        func count(_ key: String) -> Int? { tokens[key] as? Int }
        vector.usage.inputTokens = count("reqUnits") ?? 0
        vector.usage.outputTokens = count("resUnits") ?? 0
        vector.usage.cacheReadInputTokens = count("cacheReadInputUnits")
        vector.usage.cacheCreationInputTokens = count("cacheWriteInputUnits")
        vector.usage.audioInputTokens = count("reqAudioUnits")
        vector.usage.audioOutputTokens = count("resAudioUnits")
        return vector
    }

    private static func prices(_ config: [String: Any]) -> UnitPrices {
        let entry = config["pay_as_you_go"] as? [String: Any] ?? [:]
        func price(_ key: String) -> Int? {
            decimal((entry[key] as? [String: Any])?["price"]).flatMap { nano($0 * 1000) }
        }
        let fixed = (config["fixed_cost"] as? [String: [String: Any]] ?? [:]).values.compactMap { decimal($0["price"]) }
        var prices = UnitPrices()
        prices.input = price("request_token")
        prices.output = price("response_token")
        prices.cacheRead = price("cache_read_input_token")
        prices.cacheWrite = price("cache_write_input_token")
        prices.audioInput = price("request_audio_token")
        prices.audioOutput = price("response_audio_token")
        if !fixed.isEmpty { prices.request = nano(fixed.reduce(0, +)) }
        if entry["image"] != nil {
            prices = UnitPrices()
            prices.imageMade = 1
        }
        return prices
    }

    /// The shortest decimal that reads as that number: what stands in the file.
    private static func decimal(_ value: Any?) -> Decimal? { (value as? NSNumber).flatMap { Decimal(string: "\($0)") } }

    /// Cents to nano-dollars, where they are whole.
    private static func nano(_ cents: Decimal) -> Int? {
        let nano = cents * 10_000_000
        let whole = NSDecimalNumber(decimal: nano).intValue
        return Decimal(whole) == nano ? whole : nil
    }
}
