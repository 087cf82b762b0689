// SPDX-License-Identifier: Apache-2.0

/// A row of the price table, read.
package struct PriceRow: Sendable {
    package let provider: String
    package let model: String
    package let price: ModelPrice

    /// - Returns: nil for what is no row.
    init?(_ line: UnsafeBufferPointer<UInt8>) {
        var fields = ByteWords(line, separator: .tab)
        guard let provider = fields.next(), let model = fields.next(), let price = ModelPrice(&fields) else { return nil }
        self.provider = String(decoding: provider, as: UTF8.self)
        self.model = String(decoding: model, as: UTF8.self)
        self.price = price
    }
}

/// What stands before a row's figures.
struct PriceRowHead {
    let provider: String
    let model: String
    let mode: String

    init?(_ line: UnsafeBufferPointer<UInt8>) {
        var fields = ByteWords(line, separator: .tab)
        guard let provider = fields.next(), let model = fields.next(), let mode = fields.next() else { return nil }
        self.provider = String(decoding: provider, as: UTF8.self)
        self.model = String(decoding: model, as: UTF8.self)
        self.mode = String(decoding: mode, as: UTF8.self)
    }
}

extension ModelPrice {
    /// - Parameter line: a row.
    /// - Returns: nil for what is none.
    init?(_ line: UnsafeBufferPointer<UInt8>) {
        var fields = ByteWords(line, separator: .tab)
        guard fields.next() != nil, fields.next() != nil else { return nil }
        self.init(&fields)
    }

    /// - Parameter fields: those behind the names.
    fileprivate init?(_ fields: inout ByteWords) {
        guard let mode = fields.next().flatMap({ ModelMode(rawValue: String(decoding: $0, as: UTF8.self)) }),
            let context = fields.next(), let output = fields.next(), let modalities = fields.next(), let prices = fields.next()
        else { return nil }
        var standard = UnitPrices()
        guard standard.read(ByteWords(prices, separator: .space)) else { return nil }
        var sides = ByteWords(modalities, separator: .above)
        self.init(
            mode: mode, contextTokens: context.number, maximumOutputTokens: output.number, accepts: Modalities(sides.next()),
            produces: Modalities(sides.next()), standard: standard)
        while let field = fields.next() {
            guard readFurther(field) else { return nil }
        }
    }

    /// Reads `batch` prices, `>N` prices, or `batch>N` prices. Those without `batch` stand first for each N.
    private mutating func readFurther(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        var words = ByteWords(field, separator: .space)
        guard let head = words.next() else { return false }
        var parts = ByteWords(head, separator: .above)
        let isBatch = parts.next()?.isEmpty == false
        guard let threshold = parts.next() else {
            var prices = standard
            guard prices.read(words) else { return false }
            batch = prices
            return true
        }
        guard let above = threshold.number else { return false }
        if longContext.last?.aboveInputTokens != above {
            longContext.append(LongContextPrices(aboveInputTokens: above, standard: standard))
        }
        let last = longContext.count - 1
        var prices = longContext[last].standard
        guard prices.read(words) else { return false }
        if isBatch { longContext[last].batch = prices } else { longContext[last].standard = prices }
        return true
    }
}

extension UnitPrices {
    /// Reads `in=2500 out=10000 …` over what is there.
    fileprivate mutating func read(_ words: consuming ByteWords) -> Bool {
        while let word = words.next() {
            var parts = ByteWords(word, separator: .equals)
            guard let unit = parts.next(), let price = parts.next()?.number else { return false }
            switch String(decoding: unit, as: UTF8.self) {
            case "in": input = price
            case "out": output = price
            case "read": cacheRead = price
            case "write": cacheWrite = price
            case "write1h": cacheWriteHour = price
            case "reason": reasoning = price
            case "audio_in": audioInput = price
            case "audio_out": audioOutput = price
            case "image_in": imageInput = price
            case "image_out": imageOutput = price
            case "request": request = price
            case "image": imageMade = price
            case "image_sent": imageSent = price
            case "second": soundSecond = price
            case "char": character = price
            default: return false
            }
        }
        return true
    }
}

extension Modalities {
    fileprivate init(_ letters: UnsafeBufferPointer<UInt8>?) {
        self = []
        for letter in letters ?? UnsafeBufferPointer(start: nil, count: 0) {
            switch letter {
            case UInt8(ascii: "t"): insert(.text)
            case UInt8(ascii: "i"): insert(.image)
            case UInt8(ascii: "a"): insert(.audio)
            case UInt8(ascii: "v"): insert(.video)
            case UInt8(ascii: "d"): insert(.document)
            default: break
            }
        }
    }
}

/// What stands between separators, one after the other; nothing is copied.
private struct ByteWords {
    private var rest: UnsafeBufferPointer<UInt8>?
    private let separator: UInt8

    init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8) {
        rest = bytes
        self.separator = separator
    }

    mutating func next() -> UnsafeBufferPointer<UInt8>? {
        guard let rest else { return nil }
        let end = rest.firstIndex(of: separator)
        self.rest = end.map { UnsafeBufferPointer(rebasing: rest[($0 + 1)...]) }
        return UnsafeBufferPointer(rebasing: rest[..<(end ?? rest.count)])
    }
}

extension UInt8 {
    fileprivate static let space = UInt8(ascii: " ")
    fileprivate static let equals = UInt8(ascii: "=")
    fileprivate static let above = UInt8(ascii: ">")
}

extension UnsafeBufferPointer<UInt8> {
    /// The decimal number that it is, if it is one of at most 18 digits.
    fileprivate var number: Int? {
        guard !isEmpty, count <= 18 else { return nil }
        var number = 0
        for byte in self {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }
}
