// SPDX-License-Identifier: Apache-2.0

/// A set of characters: ranges, or all that is outside of them.
struct CharacterSet: Sendable {
    /// Sorted, and none touches the next.
    let ranges: [ClosedRange<UInt32>]
    let isInverted: Bool
    /// A bit for each of the first 64 characters, and of the next 64: most texts have few others.
    private let low: UInt64
    private let high: UInt64

    init(ranges: [ClosedRange<UInt32>], isInverted: Bool = false) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
        self.isInverted = isInverted
        func bits(from first: UInt32) -> UInt64 {
            var bits: UInt64 = 0
            for range in merged where range.overlaps(first...(first + 63)) {
                for character in range.clamped(to: first...(first + 63)) { bits |= 1 << UInt64(character - first) }
            }
            return bits
        }
        low = bits(from: 0)
        high = bits(from: 64)
    }

    func contains(_ character: UInt32) -> Bool {
        if character < 64 { return (low >> UInt64(character) & 1 != 0) != isInverted }
        if character < 128 { return (high >> UInt64(character - 64) & 1 != 0) != isInverted }
        return isAmongRanges(character) != isInverted
    }

    /// By halves, so that a class of a thousand characters costs little more than one of ten.
    private func isAmongRanges(_ character: UInt32) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if character < ranges[middle].lowerBound {
                high = middle
            } else if character > ranges[middle].upperBound {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }

    static let digit = CharacterSet(ranges: [0x30...0x39])
    static let word = CharacterSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = CharacterSet(ranges: [
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    static let lineEnd = CharacterSet(ranges: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])

    var inverted: CharacterSet { CharacterSet(ranges: ranges, isInverted: !isInverted) }

    /// The same set by its ranges alone.
    var flat: [ClosedRange<UInt32>] {
        guard isInverted else { return ranges }
        var (flat, from) = ([ClosedRange<UInt32>](), UInt32(0))
        for range in ranges {
            if range.lowerBound > from { flat.append(from...(range.lowerBound - 1)) }
            from = max(from, range.upperBound + 1)
        }
        return flat + [from...0x11_0000]
    }
}
