// SPDX-License-Identifier: Apache-2.0

/// What an engine draws: SplitMix64 from a seed. Unique, not secret.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A generator of its own for a part, so that one draw more there changes nothing elsewhere.
    mutating func split() -> SeededGenerator { SeededGenerator(seed: next()) }
}

/// Trace and span ids in the form of W3C Trace Context: lower-case hexadecimal, never all zero.
///
/// A trace id begins with the time, as UUIDv7 does: the journal's index then grows at its end, which halves what a row costs.
extension SeededGenerator {

    /// 32 digits, of which the first 12 are the milliseconds since 1970.
    mutating func traceID(at milliseconds: Int) -> String {
        let high = UInt64(truncatingIfNeeded: milliseconds) << 16 | next() & 0xFFFF
        return hexadecimal(high, next() | 1)
    }

    /// 16 digits.
    mutating func spanID() -> String { hexadecimal(next() | 1) }

    private func hexadecimal(_ high: UInt64, _ low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 32) { room in
            write(high, to: room, 0)
            write(low, to: room, 16)
            return 32
        }
    }

    private func hexadecimal(_ word: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { room in
            write(word, to: room, 0)
            return 16
        }
    }

    private func write(_ word: UInt64, to room: UnsafeMutableBufferPointer<UInt8>, _ start: Int) {
        for digit in 0..<16 {
            let nibble = UInt8(truncatingIfNeeded: word &>> UInt64(60 - 4 * digit)) & 15
            room[start + digit] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
        }
    }
}
