// SPDX-License-Identifier: Apache-2.0

/// A hash that is the same in every process, unlike `Hasher`.
package struct StableHash: Sendable {
    package private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

    package init() {}

    package mutating func combine(_ word: UInt64) {
        var mixed = value ^ word
        mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
        mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
        value = mixed ^ (mixed >> 32)
    }

    package mutating func combine(_ number: Int) { combine(UInt64(truncatingIfNeeded: number)) }

    package mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(UInt64(byte)) }
        combine(text.utf8.count)
    }
}
