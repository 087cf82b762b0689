// SPDX-License-Identifier: Apache-2.0

/// What an answer is found by: a SHA-256, whole. Two requests have the same one only when one answer serves both; see
/// `CacheContext`.
package struct CacheKey: Hashable, Sendable {
    package let words: (UInt64, UInt64, UInt64, UInt64)

    package init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// - Returns: nil when `bytes` are not 32.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// - Returns: nil when `bytes` are not 32.
    package init?(bytes: some Collection<UInt8>) {
        let key = Array(bytes).withUnsafeBytes { CacheKey(bytes: $0) }
        guard let key else { return nil }
        self = key
    }

    /// The 32 bytes of the digest.
    package var bytes: [UInt8] { withBytes { Array($0) } }

    /// The 32 bytes of the digest, in no memory of their own.
    package func withBytes<Result>(_ use: (UnsafeRawBufferPointer) -> Result) -> Result {
        let ordered = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return withUnsafeBytes(of: ordered, use)
    }

    // All of its bits are as good as random: one word is hash enough.
    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    package static func == (left: CacheKey, right: CacheKey) -> Bool { left.words == right.words }
}
