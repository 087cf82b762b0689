// SPDX-License-Identifier: Apache-2.0

/// Fields as bytes that are authenticated: each with its length before it, so that no two lists of fields have the same bytes.
struct FieldBytes {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    mutating func append(byte: UInt8) { bytes.append(byte) }

    mutating func append(_ field: some Collection<UInt8>) {
        let count = UInt32(truncatingIfNeeded: field.count)
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
        bytes.append(contentsOf: field)
    }

    mutating func append(_ text: String) { append(text.utf8) }
    mutating func append(_ number: Int) { append(String(number)) }

    /// Absent is told from empty.
    mutating func append(optional number: Int?) { append(optional: number.map { String($0) }) }

    mutating func append(optional text: String?) {
        append(byte: text == nil ? 0 : 1)
        if let text { append(text) }
    }
}
