// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// The catalog's models as a table: prices in dollars for a million tokens, or for what else they are billed by.
struct ModelTable {
    private var table = Table([
        .init("MODEL"), .init("PROVIDER"), .init("CONTEXT", .number), .init("IN $/M", .number), .init("OUT $/M", .number),
        .init("ELSE"),
    ])

    mutating func add(_ models: [WicketValue]) { table.rows += models.map(Self.cells) }

    func lines(width: Int?, style: Style) -> [String] { table.lines(width: width, style: style) }

    private static func cells(_ model: WicketValue) -> [String] {
        let prices = model["prices"]
        return [
            model["id"].string ?? "", model["owned_by"].string ?? "", model["context_tokens"].int.map(String.init) ?? "",
            million(prices["input_nano_usd"]), million(prices["output_nano_usd"]), others(model),
        ]
    }

    /// Nano-dollars a token are thousandths of a dollar a million.
    private static func million(_ price: WicketValue) -> String {
        price.double.map { decimal($0 / 1000) } ?? ""
    }

    private static func others(_ model: WicketValue) -> String {
        let prices = model["prices"]
        var parts: [String] = []
        for (name, unit) in [
            ("request_nano_usd", "request"), ("image_made_nano_usd", "image"), ("second_nano_usd", "second"),
            ("character_nano_usd", "character"),
        ] {
            if let price = prices[name].double { parts.append("$\(decimal(price / 1e9)) a \(unit)") }
        }
        if let tier = model["long_context"].elements.first?["above_input_tokens"].int { parts.append("dearer above \(tier)") }
        if model["own"].bool == true { parts.append("your own price") }
        return parts.joined(separator: ", ")
    }
}
