// SPDX-License-Identifier: Apache-2.0
import Caching

/// Tells a row that the disk has damaged from one that was written: 64 bits over all columns, each with its length. It is no
/// signature: who can write the file can write a right one.
///
/// Each step is a bijection of what came before and of the word at hand, so damage within one word is always seen, and any other
/// but once in 2^64. A SHA-256 would take longer for a million rows than reading them does.
struct RowChecksum {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func add(_ value: UInt64) {
        state ^= value &* 0xC2B2_AE3D_27D4_EB4F
        state = (state << 29 | state >> 35) &* 0x9E37_79B1_85EB_CA87 &+ 0x27D4_EB2F_1656_67C5
    }

    mutating func add(_ value: Int?) {
        add(value == nil ? 0 : 1 as UInt64)
        if let value { add(UInt64(bitPattern: Int64(value))) }
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(UInt64(bytes.count))
        var position = 0
        while position + 8 <= bytes.count {
            add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
            position += 8
        }
        if position == bytes.count { return }
        var last: UInt64 = 0
        for index in position..<bytes.count { last = last << 8 | UInt64(bytes[index]) }
        add(last)
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    mutating func add(optional text: String?) {
        add(text == nil ? 0 : 1 as UInt64)
        if let text { add(text) }
    }

    mutating func add(_ key: CacheKey) { key.withBytes { add($0) } }

    var value: Int {
        var mixed = state
        mixed = (mixed ^ mixed >> 33) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ mixed >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return Int(Int64(bitPattern: mixed ^ mixed >> 33))
    }
}
