// SPDX-License-Identifier: Apache-2.0

/// Writes Protocol Buffers' binary form: the few kinds of fields that OTLP is made of. A field is written even where its value
/// is the default; who wants it left out leaves it out.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func varint(_ field: Int, _ value: UInt64) {
        tag(field, wireType: 0)
        append(varint: value)
    }

    mutating func flag(_ field: Int, _ value: Bool) { varint(field, value ? 1 : 0) }
    /// `int64`: a negative number takes ten bytes.
    mutating func int64(_ field: Int, _ value: Int) { varint(field, UInt64(bitPattern: Int64(value))) }

    mutating func fixed64(_ field: Int, _ value: UInt64) {
        tag(field, wireType: 1)
        append(value)
    }

    mutating func double(_ field: Int, _ value: Double) { fixed64(field, value.bitPattern) }

    mutating func fixed32(_ field: Int, _ value: UInt32) {
        tag(field, wireType: 5)
        for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }

    mutating func text(_ field: Int, _ text: String) {
        tag(field, wireType: 2)
        append(varint: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Bytes that are whole words, most significant byte first: ids.
    mutating func words(_ field: Int, _ words: UInt64...) {
        tag(field, wireType: 2)
        append(varint: UInt64(words.count * 8))
        for word in words { append(word.byteSwapped) }
    }

    mutating func packed(_ field: Int, fixed64 values: some Collection<UInt64>) {
        tag(field, wireType: 2)
        append(varint: UInt64(values.count * 8))
        for value in values { append(value) }
    }

    /// A message within this one. Its length is known at its end and stands before it, so what was written moves by one to four
    /// bytes.
    mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
        tag(field, wireType: 2)
        let start = bytes.count
        write(&self)
        let length = bytes.count - start
        if length < 0x80 { return bytes.insert(UInt8(length), at: start) }
        let content = bytes.count
        append(varint: UInt64(length))
        let prefix = Array(bytes[content...])
        bytes.removeSubrange(content...)
        bytes.insert(contentsOf: prefix, at: start)
    }

    private mutating func tag(_ field: Int, wireType: UInt64) { append(varint: UInt64(field) << 3 | wireType) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Least significant byte first.
    private mutating func append(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
