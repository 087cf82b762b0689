// SPDX-License-Identifier: Apache-2.0
import Crypto
import Glibc

/// A SHA-256 over bytes that are gathered in a few kilobytes of the stack, since many short updates cost more than the digest.
struct KeyDigest: ~Copyable {
    private var hasher = SHA256()
    private let room: UnsafeMutableRawBufferPointer
    private var count = 0

    /// Runs `body` with a digest.
    static func make(_ body: (inout KeyDigest) -> Void) -> CacheKey {
        withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 8) { room in
            var digest = KeyDigest(room: room)
            body(&digest)
            return digest.finish()
        }
    }

    private init(room: UnsafeMutableRawBufferPointer) { self.room = room }

    mutating func append(_ byte: UInt8) {
        if count == room.count { flush() }
        room[count] = byte
        count += 1
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.count > room.count - count { flush() }
        if bytes.count > room.count { return hasher.update(bufferPointer: UnsafeRawBufferPointer(bytes)) }
        guard let source = bytes.baseAddress, let target = room.baseAddress else { return }
        memcpy(target + count, source, bytes.count)
        count += bytes.count
    }

    // MARK: Fields, each with its length before it

    mutating func field(_ bytes: UnsafeBufferPointer<UInt8>) {
        word(UInt64(bytes.count))
        append(bytes)
    }

    mutating func field(_ text: String) {
        var text = text
        text.withUTF8 { field($0) }
    }

    mutating func field(_ text: String?) {
        append(text == nil ? 0 : 1)
        if let text { field(text) }
    }

    mutating func word(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes in
            append(bytes.assumingMemoryBound(to: UInt8.self))
        }
    }

    private mutating func flush() {
        hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: room[..<count]))
        count = 0
    }

    private mutating func finish() -> CacheKey {
        flush()
        return hasher.finalize().withUnsafeBytes { CacheKey(bytes: $0) } ?? CacheKey(words: (0, 0, 0, 0))
    }
}
