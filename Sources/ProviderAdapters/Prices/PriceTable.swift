// SPDX-License-Identifier: Apache-2.0
import CPriceTable

/// What models cost at their providers: the text that `packaging/make-price-table` wrote, searched where it lies. Nothing of it
/// is in memory before it is asked.
///
/// Sendable is sound: the bytes are constants of the program.
package struct PriceTable: @unchecked Sendable {
    /// SHA-256 of the rows, in hexadecimal: what a price was taken from.
    package let digest: String
    /// The day of the lists that it was made from (`2026-10-21`).
    package let date: String
    let text: UnsafeBufferPointer<UInt8>
    let rows: Range<Int>

    package static let builtIn = PriceTable(
        UnsafeBufferPointer(start: wicket_price_table(), count: wicket_price_table_length()))

    /// - Parameter text: must outlive the table.
    init(_ text: UnsafeBufferPointer<UInt8>) {
        var facts: [Substring: Substring] = [:]
        var start = 0
        while start < text.count, text[start] == UInt8(ascii: "#") {
            let end = text[start...].firstIndex(of: .lineEnd) ?? text.count
            let words = String(decoding: text[start..<end], as: UTF8.self).split(separator: " ", maxSplits: 2)
            if words.count == 3 { facts[words[1]] = words[2] }
            start = min(end + 1, text.count)
        }
        self.text = text
        rows = start..<text.count
        digest = String(facts["digest"] ?? "")
        date = String(facts["date"] ?? "")
    }

    /// The row of a model, by the name that a caller or an answer gives it.
    ///
    /// Where the table does not have that name: the one without `models/` or the provider in front; of a fine-tuned model
    /// (`ft:gpt-4o-2024-08-06:org::id`) the one of its base (`ft:gpt-4o-2024-08-06`); the one without its date. Nothing else is
    /// tried: a model that resembles another may cost ten times as much.
    /// - Returns: nil when the price is not known; never a price of nothing in its stead.
    package func price(of model: String, at provider: String) -> ModelPrice? { row(of: model, at: provider)?.price }

    /// The same with its digest.
    func row(of model: String, at provider: String) -> (price: ModelPrice, digest: String)? {
        guard let range = range(of: model, at: provider), let price = ModelPrice(bytes(range)) else { return nil }
        return (price, Self.digest(of: bytes(range)))
    }

    static func digest(of row: UnsafeBufferPointer<UInt8>) -> String {
        var digest = RowDigest()
        digest.add(row)
        return digest.text
    }

    /// Calls `body` with each row, by provider and model.
    package func forEachRow(_ body: (PriceRow) throws -> Void) rethrows {
        var start = rows.lowerBound
        while start < rows.upperBound {
            let end = lineEnd(from: start)
            if let row = PriceRow(bytes(start..<end)) { try body(row) }
            start = end + 1
        }
    }

    func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: text[range]) }

    // MARK: Searching

    private func range(of model: String, at provider: String) -> Range<Int>? {
        var (model, provider) = (model, provider)
        return provider.withUTF8 { provider in
            model.withUTF8 { model in
                if provider.hasControl || model.hasControl { return nil }
                var name = PricedName(model, at: provider)
                repeat {
                    if let row = row(name.bytes, provider) { return row }
                } while name.shorten()
                return nil
            }
        }
    }

    private func row(_ model: UnsafeBufferPointer<UInt8>, _ provider: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        var low = rows.lowerBound
        var high = rows.upperBound
        // Both are where lines begin, so the middle's line lies between them.
        while low < high {
            let start = lineStart(before: low + (high - low) / 2, from: low)
            let order = order(start, provider, model)
            if order == 0 { return start..<lineEnd(from: start) }
            if order < 0 { low = min(lineEnd(from: start) + 1, high) } else { high = start }
        }
        return nil
    }

    private func lineStart(before middle: Int, from low: Int) -> Int {
        var start = middle
        while start > low, text[start - 1] != .lineEnd { start -= 1 }
        return start
    }

    func lineEnd(from start: Int) -> Int {
        var end = start
        while end < rows.upperBound, text[end] != .lineEnd { end += 1 }
        return end
    }

    /// How the row that begins there stands to the one that is looked for: below 0 before it, above 0 behind it.
    private func order(
        _ start: Int, _ provider: UnsafeBufferPointer<UInt8>, _ model: UnsafeBufferPointer<UInt8>
    ) -> Int {
        let order = order(start, provider)
        return order != 0 ? order : self.order(start + provider.count + 1, model)
    }

    /// The same for the field that begins there. It ends with a tab, which is smaller than all that can be in one, and no line
    /// ends inside of it: what is looked for has none of these.
    private func order(_ start: Int, _ field: UnsafeBufferPointer<UInt8>) -> Int {
        guard start + field.count < rows.upperBound else { return 1 }
        for offset in field.indices {
            let difference = Int(text[start + offset].lowercase) - Int(field[offset].lowercase)
            if difference != 0 { return difference }
        }
        return Int(text[start + field.count]) - Int(UInt8.tab)
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate var hasControl: Bool { contains { $0 < 0x20 } }
}

extension UInt8 {
    static let tab = UInt8(ascii: "\t")
    static let lineEnd = UInt8(ascii: "\n")
    /// ASCII letters only.
    var lowercase: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }
}
