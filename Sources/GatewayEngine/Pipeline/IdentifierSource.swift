// SPDX-License-Identifier: Apache-2.0

/// Trace and span ids in the form of W3C Trace Context (lower-case hexadecimal, never all zero), drawn from a seeded generator
/// (SplitMix64): unique, not secret.
struct IdentifierSource {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// 32 digits.
    mutating func traceID() -> String {
        let high = next()
        return hexadecimal(high, next() | 1)
    }

    /// 16 digits.
    mutating func spanID() -> String { hexadecimal(next() | 1) }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    private func hexadecimal(_ words: UInt64...) -> String {
        String(unsafeUninitializedCapacity: words.count * 16) { room in
            for (index, word) in words.enumerated() {
                for digit in 0..<16 {
                    let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * digit)) & 15
                    room[index * 16 + digit] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
                }
            }
            return words.count * 16
        }
    }
}
