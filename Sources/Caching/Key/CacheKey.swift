// SPDX-License-Identifier: Apache-2.0

/// What an answer is found by: a SHA-256, whole. Two requests have the same one only when one answer serves both; see
/// `CacheContext`.
package struct CacheKey: Hashable, Sendable {
    package let words: (UInt64, UInt64, UInt64, UInt64)

    package init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// - Returns: nil when `bytes` are not 32.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// The 32 bytes of the digest.
    package var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    }

    // All of its bits are as good as random: one word is hash enough.
    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    package static func == (left: CacheKey, right: CacheKey) -> Bool { left.words == right.words }
}
