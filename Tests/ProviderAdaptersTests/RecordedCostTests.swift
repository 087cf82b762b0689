// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import TestSupport
import Testing

@testable import ProviderAdapters

/// Every recorded usage, priced a second time: read by Foundation, with prices from the published list, in decimal arithmetic.
/// Shares nothing with what it checks but the names of models.
@Suite(.enabled(if: OpenAIRecordings.arePresent, "the recordings are no part of this repository"))
struct RecordedCostTests {
    /// The list's entries for a model, in dollars a token.
    struct Entry: Sendable {
        var figures: [String: Decimal]
        subscript(name: String) -> Decimal? { figures[name] }
    }

    static let list: [String: Entry] = {
        guard let data = try? Data(contentsOf: SharedFolder.url.appendingPathComponent("wire/prices.json")),
            let entries = try? JSONSerialization.jsonObject(with: data) as? [String: [String: Any]]
        else { return [:] }
        return entries.mapValues { entry in
            Entry(figures: entry.compactMapValues { ($0 as? NSNumber).flatMap { Decimal(string: "\($0)") } })
        }
    }()

    /// - Parameter names: as the list may call the model, the likeliest first.
    private func entry(_ names: [String]) -> Entry? { names.lazy.compactMap { Self.list[$0] }.first }

    /// Dollars to nano-dollars, the half up.
    private func nano(_ dollars: Decimal) -> Int {
        var (value, rounded) = (dollars * 1_000_000_000, Decimal())
        NSDecimalRound(&rounded, &value, 0, .plain)
        return NSDecimalNumber(decimal: rounded).intValue
    }

    @Test func `each usage that OpenAI reported costs what the list comes to`() throws {
        var (priced, unlisted) = (0, Set<String>())
        for (id, model, usage) in try openAIUsages() {
            guard let entry = entry([model]), let inPrice = entry["input_cost_per_token"] else {
                unlisted.insert(model)
                continue
            }
            func figure(_ names: String...) -> Int { names.lazy.compactMap { usage[$0] as? Int }.first ?? 0 }
            func part(_ names: [String], _ part: String) -> Int {
                names.lazy.compactMap { usage[$0] as? [String: Any] }.first?[part] as? Int ?? 0
            }
            let (ins, outs) = (
                ["prompt_tokens_details", "input_tokens_details", "input_token_details"],
                ["completion_tokens_details", "output_tokens_details"]
            )
            let (read, written, heard) = (part(ins, "cached_tokens"), part(ins, "cache_write_tokens"), part(ins, "audio_tokens"))
            let (seen, said) = (part(ins, "image_tokens"), part(outs, "audio_tokens"))
            let outPrice = entry["output_cost_per_token"] ?? entry["output_cost_per_image_token"] ?? 0
            var dollars = Decimal(figure("prompt_tokens", "input_tokens") - read - written - heard - seen) * inPrice
            dollars += Decimal(read) * (entry["cache_read_input_token_cost"] ?? inPrice)
            dollars += Decimal(written) * (entry["cache_creation_input_token_cost"] ?? inPrice)
            dollars += Decimal(heard) * (entry["input_cost_per_audio_token"] ?? inPrice)
            dollars += Decimal(seen) * (entry["input_cost_per_image_token"] ?? inPrice)
            dollars += Decimal(said) * (entry["output_cost_per_audio_token"] ?? outPrice)
            dollars += Decimal(figure("completion_tokens", "output_tokens") - said) * outPrice
            #expect(try cost(of: usage, model) == nano(dollars), "\(id) \(model) \(usage)")
            priced += 1
        }
        #expect(priced >= 700, "unlisted: \(unlisted.sorted())")
    }

    /// Of every endpoint; of a stream the last that it says.
    private func openAIUsages() throws -> [(id: String, model: String, usage: [String: Any])] {
        let data = try Data(contentsOf: OpenAIRecordings.folder.appendingPathComponent("openai.jsonl"))
        return try data.split(separator: 0x0A).compactMap { line in
            let record = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            let body = (record["response"] as? [String: Any])?["body"]
            var objects = [body as? [String: Any]].compactMap(\.self)
            if let text = body as? String {
                objects = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("data:") }.map {
                    IndependentReading.object(Array($0.dropFirst(5).utf8))
                }
            }
            let said = objects.map { $0["response"] as? [String: Any] ?? $0 }
            guard let usage = said.last(where: { $0["usage"] is [String: Any] })?["usage"] as? [String: Any],
                let model = said.lazy.compactMap({ $0["model"] as? String }).first, usage["type"] as? String != "duration"
            else { return nil }
            return (record["id"] as? String ?? "", model, usage)
        }
    }

    private func cost(of usage: [String: Any], _ model: String) throws -> Int? {
        let document = try JSONDocument(Array(JSONSerialization.data(withJSONObject: ["usage": usage])))
        var read = Usage()
        readOpenAIUsage(document, document.root, into: &read)
        let provider = try #require(ProviderCatalog.builtIn.provider("openai"))
        return Pricing().price(asked: "gpt", answered: model, at: provider)?.price.cost(of: read)?.value
    }

    @Test func `each usage that Anthropic reported costs what the list comes to`() throws {
        var (priced, unlisted) = (0, Set<String>())
        for exchange in AnthropicRecordings.unary + AnthropicRecordings.streamed {
            let parts = exchange.isStream ? exchange.events : [exchange.response].compactMap(\.self)
            let messages = parts.map { $0["message"] as? [String: Any] ?? $0 }
            guard let model = messages.lazy.compactMap({ $0["model"] as? String }).first else { continue }
            // What comes later counts, figure by figure.
            var figures: [String: Any] = [:]
            for usage in messages.compactMap({ $0["usage"] as? [String: Any] }) {
                figures.merge(usage.filter { !($0.value is NSNull) }) { $1 }
            }
            func figure(_ name: String) -> Int { figures[name] as? Int ?? 0 }
            let hour = (figures["cache_creation"] as? [String: Any])?["ephemeral_1h_input_tokens"] as? Int ?? 0
            guard let entry = entry([model]), let inPrice = entry["input_cost_per_token"] else {
                unlisted.insert(model)
                continue
            }
            let written = figure("cache_creation_input_tokens")
            var dollars = Decimal(figure("input_tokens")) * inPrice
            dollars += Decimal(figure("cache_read_input_tokens")) * (entry["cache_read_input_token_cost"] ?? inPrice)
            dollars += Decimal(written - hour) * (entry["cache_creation_input_token_cost"] ?? inPrice)
            dollars += Decimal(hour) * (entry["cache_creation_input_token_cost_above_1hr"] ?? inPrice * 2)
            dollars += Decimal(figure("output_tokens")) * (entry["output_cost_per_token"] ?? 0)
            #expect(try cost(of: exchange) == nano(dollars), "\(exchange.id) \(model)")
            priced += 1
        }
        #expect(priced >= 200, "unlisted: \(unlisted.sorted())")
    }

    private func cost(of exchange: AnthropicRecordings.Exchange) throws -> Int? {
        let call = try Anthropic.call(exchange.isStream ? #"{"model":"m","stream":true}"# : #"{"model":"m"}"#)
        let (usage, model): (Usage, String?)
        if exchange.isStream {
            let batch = Anthropic.stream(exchange.body, of: call).batch
            (usage, model) = (batch.usage, batch.model)
        } else {
            let answer = try Anthropic.dialect.decode(exchange.body, of: call)
            (usage, model) = (answer.usage, answer.model)
        }
        return Pricing().price(asked: "claude", answered: model, at: Anthropic.provider)?.price.cost(of: usage)?.value
    }
}
