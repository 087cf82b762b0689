// SPDX-License-Identifier: Apache-2.0

/// Reads the fields of one message of Protocol Buffers, one after the other. What cannot be read ends it.
struct ProtobufReader {
    enum Value: Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// Text, bytes, packed numbers or a message.
        case bytes(ArraySlice<UInt8>)
    }
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> (field: Int, value: Value)? {
        guard let tag = varint(), tag >> 3 > 0, let field = Int(exactly: tag >> 3) else { return nil }
        switch tag & 7 {
        case 0: return varint().map { (field, .varint($0)) }
        case 1: return fixed(8).map { (field, .fixed64($0)) }
        case 2:
            guard let length = varint().flatMap({ Int(exactly: $0) }), length <= rest.count else { return nil }
            defer { rest = rest.dropFirst(length) }
            return (field, .bytes(rest.prefix(length)))
        case 5: return fixed(4).map { (field, .fixed32(UInt32(truncatingIfNeeded: $0))) }
        default: return nil
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private mutating func fixed(_ count: Int) -> UInt64? {
        guard rest.count >= count else { return nil }
        var value: UInt64 = 0
        for byte in rest.prefix(count).reversed() { value = value << 8 | UInt64(byte) }
        rest = rest.dropFirst(count)
        return value
    }
}
