// SPDX-License-Identifier: Apache-2.0

/// The names that a model's price is looked for under, one after the other: the one that was given, and shorter ones that mean
/// the same price. Made of the given bytes, so that nothing is copied.
struct PricedName {
    private(set) var bytes: UnsafeBufferPointer<UInt8>
    private let provider: UnsafeBufferPointer<UInt8>
    private var step = 0

    init(_ name: UnsafeBufferPointer<UInt8>, at provider: UnsafeBufferPointer<UInt8>) {
        bytes = name
        self.provider = provider
    }

    /// Goes on to the next name.
    /// - Returns: false when there is none.
    mutating func shorten() -> Bool {
        let length = bytes.count
        while bytes.count == length {
            switch step {
            case 0: dropPrefix("models/")
            case 1: dropProvider()
            case 2: cutFineTune()
            case 3: cutDate()
            default: return false
            }
            step += 1
        }
        return true
    }

    private mutating func dropPrefix(_ prefix: StaticString) {
        let isThere = prefix.withUTF8Buffer { bytes.count > $0.count && bytes.starts(with: $0) }
        if isThere { keep(prefix.utf8CodeUnitCount..<bytes.count) }
    }

    private mutating func dropProvider() {
        guard bytes.count > provider.count + 1, bytes.starts(with: provider), bytes[provider.count] == UInt8(ascii: "/") else {
            return
        }
        keep(provider.count + 1..<bytes.count)
    }

    /// `ft:BASE:organisation:name:id`.
    private mutating func cutFineTune() {
        guard bytes.count > 3, bytes[0] == UInt8(ascii: "f"), bytes[1] == UInt8(ascii: "t"), bytes[2] == UInt8(ascii: ":"),
            let end = bytes[3...].firstIndex(of: UInt8(ascii: ":"))
        else { return }
        keep(0..<end)
    }

    /// `-20250514`, `@20250514`, `-2025-05-14`. Not `-0514`: those are other models at other prices.
    private mutating func cutDate() {
        if ends(in: "-20dddddd") || ends(in: "@20dddddd") { keep(0..<bytes.count - 9) }
        if ends(in: "-20dd-dd-dd") { keep(0..<bytes.count - 11) }
    }

    /// - Parameter pattern: `d` stands for a digit.
    private func ends(in pattern: StaticString) -> Bool {
        pattern.withUTF8Buffer { pattern in
            guard bytes.count > pattern.count else { return false }
            return zip(bytes.suffix(pattern.count), pattern).allSatisfy { byte, expected in
                if expected != UInt8(ascii: "d") { return byte == expected }
                return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            }
        }
    }

    private mutating func keep(_ range: Range<Int>) { bytes = UnsafeBufferPointer(rebasing: bytes[range]) }
}

extension PricedName {
    /// All of them, as texts.
    static func texts(of name: String, at provider: String) -> [String] {
        var (name, provider) = (name, provider)
        return name.withUTF8 { name in
            provider.withUTF8 { provider in
                var priced = PricedName(name, at: provider)
                var texts: [String] = []
                repeat { texts.append(String(decoding: priced.bytes, as: UTF8.self)) } while priced.shorten()
                return texts
            }
        }
    }
}
