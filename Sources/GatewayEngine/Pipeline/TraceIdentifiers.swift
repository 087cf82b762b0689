// SPDX-License-Identifier: Apache-2.0
import Routing

/// Trace and span ids in the form of W3C Trace Context: lower-case hexadecimal, never all zero.
///
/// A trace id begins with the time, as UUIDv7 does: the journal's index then grows at its end, which halves what a row costs.
extension SplitMix64 {
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
