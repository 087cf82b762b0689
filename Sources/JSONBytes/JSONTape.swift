// SPDX-License-Identifier: Apache-2.0

/// What a JSON value is.
package enum JSONKind: UInt8, Sendable {
    case object, array, string, number, `true`, `false`, null
}

/// Names a value inside the document that it came from; a number, so it costs nothing to keep and to pass on.
package struct JSONNode: Hashable, Sendable {
    let position: Int32
    init(_ position: Int) { self.position = Int32(truncatingIfNeeded: position) }
    var index: Int { Int(position) }
}

/// One value on the tape: its bytes, and where the next value on the same level stands. Values lie in the order of the text;
/// in an object each key is followed by its value.
struct TapeEntry: Sendable {
    /// First byte of the value (a string's opening quote).
    var start: UInt32
    /// One past its last byte.
    var end: UInt32
    /// The tape position behind this value and all inside it. While a container is still open: its parent, or -1.
    var next: Int32
    var kind: JSONKind
    /// A string that contains a backslash: its bytes differ from its text.
    var escaped: Bool

    @inline(__always)
    init(_ kind: JSONKind, _ start: Int, _ end: Int, next: Int, escaped: Bool = false) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = Int32(truncatingIfNeeded: next)
        self.kind = kind
        self.escaped = escaped
    }

    @inline(__always)
    mutating func close(at end: Int, next: Int) {
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = Int32(truncatingIfNeeded: next)
    }

    /// Room that holds no value yet.
    static var unused: TapeEntry { TapeEntry(.null, 0, 0, next: 0) }
}
