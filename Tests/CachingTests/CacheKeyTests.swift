// SPDX-License-Identifier: Apache-2.0
import Caching
import Testing

@Test func `a key is its 32 bytes, and nothing else is one`() {
    let bytes = (0..<32).map { UInt8($0 * 7) }
    #expect(CacheKey(bytes: bytes)?.bytes == bytes)
    #expect(CacheKey(bytes: bytes.dropLast()) == nil)
}
