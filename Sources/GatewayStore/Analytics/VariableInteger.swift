// SPDX-License-Identifier: Apache-2.0

/// Whole numbers in as few bytes as they need: seven bits a byte, the lowest first (LEB128).
enum VariableInteger {
    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Small numbers of either sign stay short.
    static func append(signed value: Int, to bytes: inout [UInt8]) {
        append(UInt64(bitPattern: Int64(value << 1) ^ Int64(value >> 63)), to: &bytes)
    }
}

/// Reads what `VariableInteger` wrote. Bytes that nobody wrote so end the reading: everything further is 0.
struct VariableIntegerReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func next() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { break }
        }
        position = bytes.count
        return 0
    }

    mutating func nextCount() -> Int { Int(truncatingIfNeeded: next() & UInt64(Int32.max)) }

    mutating func nextSigned() -> Int {
        let raw = next()
        return Int(truncatingIfNeeded: Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
    }
}
