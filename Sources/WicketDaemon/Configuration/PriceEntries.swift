// SPDX-License-Identifier: Apache-2.0
import ProviderAdapters

extension ConfigurationKey<ConfigurationSource> {
    static var prices: Self {
        Self(
            path: "prices", type: "a mapping of models, `model` or `provider/model`, to prices", fallback: "none",
            summary: "What models cost, in the place of their published prices."
        ) { (node, source) throws(ValueFault) in
            source.prices = try ownPrices(node)
        }
    }
}

private func ownPrices(_ node: YAMLNode) throws(ValueFault) -> [OwnPrice] {
    if node.isNull { return [] }
    var found: [OwnPrice] = []
    var faults: [(mark: SourceMark, message: String)] = []
    for entry in try mapping(node) {
        var reader = MappingReader(UnitPrices.keys)
        var prices = UnitPrices()
        reader.read(entry.value, into: &prices)
        faults += reader.faults.map { ($0.mark, "\(quoted(entry.name)): \($0.message)") }
        if !reader.faults.isEmpty { continue }
        if prices == UnitPrices() {
            faults.append((entry.mark, "has \(quoted(entry.name)) without a price; what costs nothing has the price 0"))
        }
        if found.contains(where: { $0.name.lowercased() == entry.name.lowercased() }) {
            faults.append((entry.mark, "has \(quoted(entry.name)) a second time"))
        }
        found.append(OwnPrice(name: entry.name, prices: prices))
    }
    if !faults.isEmpty { throw ValueFault(faults) }
    return found
}

extension UnitPrices {
    /// The keys of one model, under `prices.MODEL.`.
    static var keys: [ConfigurationKey<UnitPrices>] {
        [
            .token("input_nano_usd", \.input, fallback: "0", "An input token."),
            .token("output_nano_usd", \.output, fallback: "0", "An output token."),
            .token("cache_read_nano_usd", \.cacheRead, fallback: "as input", "An input token that the provider's cache served."),
            .token("cache_write_nano_usd", \.cacheWrite, fallback: "as input", "An input token that the provider's cache took."),
            .token(
                "cache_write_1h_nano_usd", \.cacheWriteHour,
                fallback: "twice the input where `cache_write_nano_usd` is given, else as input", "The same, for an hour."),
            .token("reasoning_nano_usd", \.reasoning, fallback: "as output", "An output token of reasoning."),
            .token("audio_input_nano_usd", \.audioInput, fallback: "as input", "An input token of sound."),
            .token("audio_output_nano_usd", \.audioOutput, fallback: "as output", "An output token of sound."),
            .token("image_input_nano_usd", \.imageInput, fallback: "as input", "An input token of images."),
            .token("image_output_nano_usd", \.imageOutput, fallback: "as output", "An output token of images."),
            ConfigurationKey(
                path: "request_nano_usd", type: "a whole number, 0 to \(dearest)", fallback: "0",
                summary: "A request, whatever it uses. Alone, it is all that a call costs."
            ) { (node, prices) throws(ValueFault) in
                guard let value = node.integer, 0...dearest ~= value else {
                    throw ValueFault(node, "must be a whole number, 0 to \(dearest), not \(node.kind)")
                }
                prices.request = value
            },
        ]
    }

    /// $1,000 for one.
    fileprivate static let dearest = 1_000_000_000_000
}

extension ConfigurationKey<UnitPrices> {
    fileprivate static func token(
        _ path: String, _ place: Place<UnitPrices, Int?>, fallback: String, _ summary: String
    ) -> Self {
        let type = "nano-dollars, 0 to \(UnitPrices.dearest), with at most three decimals"
        return Self(path: path, type: type, fallback: fallback, summary: summary) { (node, prices) throws(ValueFault) in
            guard let value = thousandths(node), 0...(UnitPrices.dearest * 1000) ~= value else {
                throw ValueFault(node, "must be \(type), not \(node.kind)")
            }
            prices[keyPath: place] = value
        }
    }
}

/// `37.5` as 37500: exact, which a binary fraction is not.
private func thousandths(_ node: YAMLNode) -> Int? {
    guard case .scalar(let text, plain: true) = node.content, isJSONNumber(text) else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = Int(parts[0]), whole <= UnitPrices.dearest else { return nil }
    let decimals = parts.count == 2 ? parts[1] : ""
    guard decimals.utf8.count <= 3, let rest = Int(decimals + String(repeating: "0", count: 3 - decimals.utf8.count)) else {
        return nil
    }
    return whole >= 0 ? whole * 1000 + rest : nil
}
