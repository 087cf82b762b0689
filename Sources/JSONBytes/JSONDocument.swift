// SPDX-License-Identifier: Apache-2.0

/// A JSON text that was checked once, and an index over its own bytes. Nothing is decoded until it is asked for: numbers stay
/// the lexemes they were, keys stay in order, duplicates stay.
///
/// Where a key occurs more than once, look-ups find the last, as most parsers do; see `duplicateKey(in:)`.
package struct JSONDocument: Sendable {
    package private(set) var bytes: [UInt8]
    private(set) var tape: ContiguousArray<TapeEntry>

    /// The nesting that is accepted unless told otherwise; each level costs no more than its place on the tape.
    package static var maximumDepth: Int { 512 }

    /// Checks and indexes `bytes`, which must be one JSON value (white space around it is allowed).
    package init(_ bytes: [UInt8], maximumDepth: Int = JSONDocument.maximumDepth) throws(JSONError) {
        self.bytes = bytes
        tape = []
        try index(maximumDepth)
    }

    package init(_ text: String) throws(JSONError) { try self.init(Array(text.utf8)) }

    /// The document `null`; for one that will be loaded again and again.
    package init() {
        bytes = Array("null".utf8)
        tape = [TapeEntry(.null, 0, 4, next: 1)]
    }

    /// Checks and indexes a copy of `text` in the room that this document already has: no allocation once it is large enough.
    /// Nodes of the former content must not be used any more. After an error the document is `null`.
    package mutating func load(_ text: ArraySlice<UInt8>, maximumDepth: Int = JSONDocument.maximumDepth) throws(JSONError) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: text)
        do { try index(maximumDepth) } catch {
            bytes.removeAll(keepingCapacity: true)
            bytes.append(contentsOf: "null".utf8)
            if tape.isEmpty { tape.append(.unused) }
            tape[0] = TapeEntry(.null, 0, 4, next: 1)
            throw error
        }
    }

    private mutating func index(_ maximumDepth: Int) throws(JSONError) {
        try bytes.withUnsafeBufferPointer { (text) throws(JSONError) in
            try JSONParser.index(text, maximumDepth: maximumDepth, into: &tape)
        }
    }

    /// The whole value.
    package var root: JSONNode { JSONNode(0) }

    // MARK: One value

    package func kind(_ node: JSONNode) -> JSONKind { tape[node.index].kind }

    /// Where the value's bytes lie, a string's quotes included.
    package func range(_ node: JSONNode) -> Range<Int> {
        let entry = tape[node.index]
        return Int(entry.start)..<Int(entry.end)
    }

    /// The value as it was written.
    package func raw(_ node: JSONNode) -> ArraySlice<UInt8> { bytes[range(node)] }

    /// A string's text with escapes resolved (a lone surrogate becomes U+FFFD); nil for other kinds.
    package func string(_ node: JSONNode) -> String? {
        let entry = tape[node.index]
        guard entry.kind == .string else { return nil }
        return withInner(entry) { inner in
            if !entry.escaped { return String(decoding: inner, as: UTF8.self) }
            return String(unsafeUninitializedCapacity: inner.count) { unescape(inner, into: $0) }
        }
    }

    /// A string's text with escapes resolved, as UTF-8; nil for other kinds.
    package func textBytes(_ node: JSONNode) -> ArraySlice<UInt8>? {
        let entry = tape[node.index]
        guard entry.kind == .string else { return nil }
        if !entry.escaped { return bytes[Int(entry.start) + 1..<Int(entry.end) - 1] }
        return withInner(entry) { inner in
            Array(unsafeUninitializedCapacity: inner.count) { $1 = unescape(inner, into: $0) }[...]
        }
    }

    /// Whether the string's text is `text`; false for other kinds.
    package func isString(_ node: JSONNode, _ text: StaticString) -> Bool {
        let entry = tape[node.index]
        guard entry.kind == .string else { return false }
        return withInner(entry) { isText(text.utf8, of: $0, escaped: entry.escaped) }
    }

    /// Whether the string's text is, byte for byte, `text`; false for other kinds.
    @_disfavoredOverload
    package func isString(_ node: JSONNode, _ text: String) -> Bool {
        let entry = tape[node.index]
        guard entry.kind == .string else { return false }
        var text = text
        return text.withUTF8 { text in withInner(entry) { isText(text, of: $0, escaped: entry.escaped) } }
    }

    /// A number that is a whole one and fits, however it was written (`3`, `3.0`, `3e0`); nil for all else. With a fraction or an
    /// exponent only below 2^53, from where on a double can't tell whole numbers from others.
    package func int(_ node: JSONNode) -> Int? {
        guard tape[node.index].kind == .number else { return nil }
        if let value = plainInteger(range(node)) { return value }
        guard let value = double(node), abs(value) < 0x1p53 else { return nil }
        return Int(exactly: value)
    }

    package func double(_ node: JSONNode) -> Double? {
        guard tape[node.index].kind == .number else { return nil }
        return Double(String(decoding: raw(node), as: UTF8.self))
    }

    package func bool(_ node: JSONNode) -> Bool? {
        switch tape[node.index].kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    package func isNull(_ node: JSONNode) -> Bool { tape[node.index].kind == .null }

    // MARK: Private

    /// - Parameter use: gets a string's bytes between its quotes.
    @inline(__always)
    func withInner<Result>(_ entry: TapeEntry, _ use: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { text in
            use(UnsafeBufferPointer(rebasing: text[Int(entry.start) + 1..<Int(entry.end) - 1]))
        }
    }

    private func plainInteger(_ range: Range<Int>) -> Int? {
        let negative = bytes[range.lowerBound] == UInt8(ascii: "-")
        var value = 0
        for index in (negative ? range.lowerBound + 1 : range.lowerBound)..<range.upperBound {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (shifted, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = negative
                ? shifted.subtractingReportingOverflow(Int(digit)) : shifted.addingReportingOverflow(Int(digit))
            if over || carried { return nil }
            value = sum
        }
        return value
    }
}
