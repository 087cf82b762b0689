// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing

/// `models.list` of a call that names no provider: the built-in catalog.
extension GatewayEngine {
    /// - Returns: nil where a provider is to be asked.
    func catalogAnswer(to call: GatewayCall, _ pricing: Pricing) throws(GatewayFailure) -> UnifiedResponse? {
        let options = call.options
        guard call.operation == .models, options.virtualKey == nil, options.provider == nil, options.apiKey == nil,
            options.customHost == nil, try plan(for: call) === Plan.direct
        else { return nil }
        let query = try ModelQuery(call.request, in: call.document)
        guard let (models, next) = pricing.models(query) else {
            throw .invalidParams("request.cursor", "request.cursor is no next_cursor of a page before.")
        }
        var json = JSONWriter(reserving: 512 * models.count + 256)
        json.beginObject()
        json.key("object"); json.string("list")
        json.key("data")
        json.beginArray()
        for model in models { model.write(to: &json) }
        json.endArray()
        json.key("next_cursor")
        if let next { json.string(String(next)) } else { json.null() }
        json.key("prices")
        json.beginObject()
        json.key("date"); json.string(pricing.table.date)
        json.key("digest"); json.string(pricing.table.digest)
        json.endObject()
        json.endObject()
        return UnifiedResponse(body: json.bytes)
    }
}

extension ModelQuery {
    /// The members of `request`: `provider`, `mode`, `search`, `limit`, `cursor`.
    fileprivate init(_ request: JSONNode, in document: JSONDocument) throws(GatewayFailure) {
        self.init(limit: 100)
        for (key, value) in document.members(of: request) where !document.isNull(value) {
            let name = document.string(key) ?? ""
            func wrong(_ what: String) -> GatewayFailure {
                .invalidParams("request.\(name)", "request.\(name) must be \(what).")
            }
            switch name {
            case "provider":
                guard let text = document.string(value) else { throw wrong("a provider's name") }
                provider = text
            case "search":
                guard let text = document.string(value) else { throw wrong("a text") }
                search = text
            case "mode":
                guard let mode = document.string(value).flatMap(ModelMode.init(rawValue:)) else {
                    throw wrong("one of " + ModelMode.allCases.map(\.rawValue).joined(separator: ", "))
                }
                self.mode = mode
            case "limit":
                guard let number = document.int(value), 1...1000 ~= number else { throw wrong("a whole number from 1 to 1000") }
                limit = number
            case "cursor":
                guard let number = document.string(value).flatMap({ Int($0) }) else {
                    throw wrong("next_cursor of a page before")
                }
                position = number
            default:
                throw .invalidParams(
                    "request.\(name)",
                    "request.\(name) is unknown here: the catalog is filtered by provider, mode and search. To ask a provider, "
                        + "name it in options.")
            }
        }
    }
}

extension ListedModel {
    fileprivate func write(to json: inout JSONWriter) {
        let price = self.price.price
        json.beginObject()
        json.key("id"); json.string(model)
        json.key("object"); json.string("model")
        json.key("owned_by"); json.string(provider)
        json.key("mode"); json.string(price.mode.rawValue)
        json.key("context_tokens"); write(price.contextTokens, to: &json)
        json.key("max_output_tokens"); write(price.maximumOutputTokens, to: &json)
        json.key("accepts"); price.accepts.write(to: &json)
        json.key("produces"); price.produces.write(to: &json)
        json.key("prices"); price.standard.write(to: &json)
        json.key("batch_prices"); write(price.batch, to: &json)
        json.key("long_context")
        json.beginArray()
        for tier in price.longContext {
            json.beginObject()
            json.key("above_input_tokens"); json.int(tier.aboveInputTokens)
            json.key("prices"); tier.standard.write(to: &json)
            json.key("batch_prices"); write(tier.batch, to: &json)
            json.endObject()
        }
        json.endArray()
        json.key("own"); json.bool(self.price.isOwn)
        json.key("digest")
        if let digest = self.price.digest { json.string(digest) } else { json.null() }
        json.endObject()
    }

    private func write(_ count: Int?, to json: inout JSONWriter) {
        if let count { json.int(count) } else { json.null() }
    }

    private func write(_ prices: UnitPrices?, to json: inout JSONWriter) {
        if let prices { prices.write(to: &json) } else { json.null() }
    }
}

extension UnitPrices {
    /// Nano-dollars for one; the units without a price are left out.
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        for (name, price) in [
            ("input_nano_usd", input), ("output_nano_usd", output), ("cache_read_nano_usd", cacheRead),
            ("cache_write_nano_usd", cacheWrite), ("cache_write_1h_nano_usd", cacheWriteHour), ("reasoning_nano_usd", reasoning),
            ("audio_input_nano_usd", audioInput), ("audio_output_nano_usd", audioOutput), ("image_input_nano_usd", imageInput),
            ("image_output_nano_usd", imageOutput),
        ] {
            guard let price else { continue }
            json.key(name)
            json.raw(thousandth(price).utf8)
        }
        for (name, price) in [
            ("request_nano_usd", request), ("image_made_nano_usd", imageMade), ("image_sent_nano_usd", imageSent),
            ("second_nano_usd", soundSecond), ("character_nano_usd", character),
        ] {
            guard let price else { continue }
            json.key(name)
            json.int(price)
        }
        json.endObject()
    }

    /// The decimal number, exactly: 62500 as `62.5`.
    private func thousandth(_ value: Int) -> String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: 1000)
        if rest == 0 { return String(whole) }
        var digits = String(rest + 1000).dropFirst()
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}

extension Modalities {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginArray()
        for (name, modality) in [
            ("text", Modalities.text), ("image", .image), ("audio", .audio), ("video", .video), ("document", .document),
        ] where contains(modality) {
            json.string(name)
        }
        json.endArray()
    }
}
