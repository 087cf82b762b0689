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
        tape = [TapeEntry(start: 0, end: 4, next: 1, kind: .null, escaped: false)]
    }

    /// Checks and indexes a copy of `text` in the room that this document already has: no allocation once it is large enough.
    /// Nodes of the former content must not be used any more. After an error the document is `null`.
    package mutating func load(_ text: ArraySlice<UInt8>, maximumDepth: Int = JSONDocument.maximumDepth) throws(JSONError) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: text)
        do { try index(maximumDepth) } catch {
            self = JSONDocument()
            throw error
        }
    }

    private mutating func index(_ maximumDepth: Int) throws(JSONError) {
        var storage = ContiguousArray<TapeEntry>()
        swap(&storage, &tape)
        // `withUnsafeBufferPointer` rethrows untyped, so a result carries the typed error out.
        let outcome = bytes.withUnsafeBufferPointer { text in
            Result { () throws(JSONError) in
                // Moved, not copied: a second owner would make the parser lay its tape in new room.
                var own = ContiguousArray<TapeEntry>()
                swap(&own, &storage)
                return try JSONParser.tape(of: text, maximumDepth: maximumDepth, reusing: consume own)
            }
        }
        tape = try outcome.get()
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
        let inner = bytes[Int(entry.start) + 1..<Int(entry.end) - 1]
        return entry.escaped ? String(decoding: unescaped(inner), as: UTF8.self) : String(decoding: inner, as: UTF8.self)
    }

    /// A string's text with escapes resolved, as UTF-8; nil for other kinds.
    package func textBytes(_ node: JSONNode) -> ArraySlice<UInt8>? {
        let entry = tape[node.index]
        guard entry.kind == .string else { return nil }
        let inner = bytes[Int(entry.start) + 1..<Int(entry.end) - 1]
        return entry.escaped ? unescaped(inner)[...] : inner
    }

    /// Whether the string's text is `text`; false for other kinds.
    package func isString(_ node: JSONNode, _ text: StaticString) -> Bool {
        let entry = tape[node.index]
        return entry.kind == .string && matches(entry, UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A number that is a whole one and fits, however it was written (`3`, `3.0`, `3e0`); nil for all else.
    package func int(_ node: JSONNode) -> Int? {
        guard tape[node.index].kind == .number else { return nil }
        if let value = plainInteger(range(node)) { return value }
        guard let value = Double(String(decoding: raw(node), as: UTF8.self)) else { return nil }
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

    // MARK: Inside a container

    /// The value of `key` in an object, or nil (also where `node` is no object). The last one, where there are several.
    package func find(_ key: StaticString, in node: JSONNode) -> JSONNode? {
        find(UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount), in: node)
    }

    // A literal means the static form, which takes no String apart.
    @_disfavoredOverload
    package func find(_ key: String, in node: JSONNode) -> JSONNode? {
        var key = key
        return key.withUTF8 { find($0, in: node) }
    }

    /// Follows keys from `node` down.
    package func find(path: StaticString..., in node: JSONNode) -> JSONNode? {
        var node = node
        for key in path {
            guard let next = find(key, in: node) else { return nil }
            node = next
        }
        return node
    }

    /// The members of an object in order, duplicates included; nothing for other kinds.
    package func members(of node: JSONNode) -> JSONMembers { JSONMembers(self, node) }

    /// The elements of an array in order; nothing for other kinds.
    package func elements(of node: JSONNode) -> JSONElements { JSONElements(self, node) }

    /// The first key that occurs a second time in this object (not in those inside it), or nil.
    package func duplicateKey(in node: JSONNode) -> JSONNode? {
        var seen = Set<String>()
        for member in members(of: node) {
            guard let key = string(member.key) else { continue }
            if !seen.insert(key).inserted { return member.key }
        }
        return nil
    }

    // MARK: Private

    private func find(_ key: UnsafeBufferPointer<UInt8>, in node: JSONNode) -> JSONNode? {
        let object = tape[node.index]
        guard object.kind == .object else { return nil }
        var found: JSONNode?
        var position = node.index &+ 1
        while position < Int(object.next) {
            if matches(tape[position], key) { found = JSONNode(position &+ 1) }
            position = Int(tape[position &+ 1].next)
        }
        return found
    }

    private func matches(_ entry: TapeEntry, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = Int(entry.start) &+ 1
        let length = Int(entry.end) &- 1 &- start
        if entry.escaped { return unescaped(bytes[start..<start + length]).elementsEqual(text) }
        if length != text.count { return false }
        return bytes.withUnsafeBufferPointer { own in
            for index in 0..<length where own[start &+ index] != text[index] { return false }
            return true
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

/// The members of an object, in the order of the text.
package struct JSONMembers: Sequence, IteratorProtocol {
    private let document: JSONDocument
    private var position: Int
    private let end: Int

    init(_ document: JSONDocument, _ node: JSONNode) {
        self.document = document
        position = node.index + 1
        end = document.kind(node) == .object ? Int(document.tape[node.index].next) : 0
    }

    package mutating func next() -> (key: JSONNode, value: JSONNode)? {
        guard position < end else { return nil }
        defer { position = Int(document.tape[position + 1].next) }
        return (JSONNode(position), JSONNode(position + 1))
    }
}

/// The elements of an array, in the order of the text.
package struct JSONElements: Sequence, IteratorProtocol {
    private let document: JSONDocument
    private var position: Int
    private let end: Int

    init(_ document: JSONDocument, _ node: JSONNode) {
        self.document = document
        position = node.index + 1
        end = document.kind(node) == .array ? Int(document.tape[node.index].next) : 0
    }

    package mutating func next() -> JSONNode? {
        guard position < end else { return nil }
        defer { position = Int(document.tape[position].next) }
        return JSONNode(position)
    }
}
