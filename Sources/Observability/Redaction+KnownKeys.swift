// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import Synchronization

/// Marks of keys that are known, so that one is found in text whatever it looks like.
///
/// A mark is a keyed digest (SipHash under the process's random key) of a key's first bytes: it tells nothing of the key. It is
/// kept when the key itself is gone, since what was deleted here may still be good at its provider.
package final class KnownKeys: Sendable {
    /// How much of a key is marked. More would miss keys that were cut, less would take words for keys.
    static let length = 12
    /// What is shorter than this is no provider's key, and would mask words.
    static let shortest = 8

    private struct Marks {
        var digests: Set<Int> = []
        /// Lengths of those that are shorter than `length`, and `length` itself.
        var lengths: Set<Int> = []
    }
    private let marks = Mutex(Marks())

    package init() {}

    package func add(_ key: SecretBytes) {
        let length = min(key.count, Self.length)
        if length < Self.shortest { return }
        let digest = key.withExposedBytes { Self.digest(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
        marks.withLock { marks in
            marks.digests.insert(digest)
            marks.lengths.insert(length)
        }
    }

    /// Where known keys begin, from the first to the last; two may overlap.
    func starts(in text: [UInt8]) -> [Int] {
        let marks = marks.withLock { $0 }
        if marks.digests.isEmpty { return [] }
        return text.withUnsafeBytes { bytes in
            bytes.indices.filter { start in
                marks.lengths.contains { length in
                    start + length <= bytes.count
                        && marks.digests.contains(Self.digest(UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])))
                }
            }
        }
    }

    private static func digest(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return hasher.finalize()
    }
}

extension Redaction {
    /// Of the whole process, as is the text that leaves it. The vault adds each key that it opens.
    package static let knownKeys = KnownKeys()

    /// The text with every known key replaced by `***`, to the end of the word that it begins.
    static func maskedByKnownKeys(_ text: [UInt8], _ keys: KnownKeys) -> [UInt8] {
        let starts = keys.starts(in: text)
        if starts.isEmpty { return text }
        var out: [UInt8] = []
        var copied = 0
        for start in starts where start >= copied {
            out.append(contentsOf: text[copied..<start])
            out.append(contentsOf: mask)
            copied = valueEnd(text, start)
        }
        return out + text[copied...]
    }
}
