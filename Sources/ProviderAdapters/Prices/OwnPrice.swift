// SPDX-License-Identifier: Apache-2.0

/// What a user says that a model costs. It takes the place of the published price whole.
package struct OwnPrice: Sendable, Equatable {
    /// `provider/model`, or `model` for that model wherever it is asked.
    package let name: String
    package let prices: UnitPrices

    /// - Parameter prices: with a price for tokens of any kind, input and output without one cost nothing; with none, a call
    ///   costs its price for a request and nothing else.
    package init(name: String, prices: UnitPrices) {
        self.name = name
        var prices = prices
        if prices.billsTokens {
            prices.input = prices.input ?? 0
            prices.output = prices.output ?? 0
        }
        self.prices = prices
    }

    var digest: String {
        var hash = RowDigest()
        hash.add(name.lowercased().utf8)
        for value in prices.values { hash.add("\t\(value.map { String($0) } ?? "")".utf8) }
        return hash.text
    }
}

extension UnitPrices {
    /// All, always in the same order.
    var values: [Int?] {
        [
            input, output, cacheRead, cacheWrite, cacheWriteHour, reasoning, audioInput, audioOutput, imageInput, imageOutput,
            request, imageMade, imageSent, soundSecond, character,
        ]
    }

    /// Whether whatever is used costs nothing.
    var isFree: Bool { isToldByUsage && values.allSatisfy { $0 ?? 0 == 0 } }
}

/// FNV-1a, 64 bits: tells one price from another; proves nothing.
struct RowDigest {
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    /// 16 hexadecimal digits.
    var text: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
