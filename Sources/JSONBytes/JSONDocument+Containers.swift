// SPDX-License-Identifier: Apache-2.0

extension JSONDocument {
    /// The value of `key` in an object, or nil (also where `node` is no object). The last one, where there are several.
    package func find(_ key: StaticString, in node: JSONNode) -> JSONNode? { find(key.utf8, in: node) }

    // A literal means the static form, which makes no String.
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
    package func members(of node: JSONNode) -> JSONMembers { JSONMembers(tape, node) }

    /// The elements of an array in order; nothing for other kinds.
    package func elements(of node: JSONNode) -> JSONElements { JSONElements(tape, node) }

    /// The first key that occurs a second time in this object (not in those inside it), or nil. Keys are the same when their text
    /// is.
    package func duplicateKey(in node: JSONNode) -> JSONNode? {
        var count = 0
        for member in members(of: node) {
            count += 1
            // Up to here comparing each with each is cheaper than to remember them.
            if count > 16 { return duplicateKeyAmongMany(node) }
            for earlier in members(of: node) {
                if earlier.key == member.key { break }
                if isSameKey(earlier.key, member.key) { return member.key }
            }
        }
        return nil
    }

    private func duplicateKeyAmongMany(_ node: JSONNode) -> JSONNode? {
        var seen = Set<ArraySlice<UInt8>>()
        for member in members(of: node) {
            if let text = textBytes(member.key), !seen.insert(text).inserted { return member.key }
        }
        return nil
    }

    private func isSameKey(_ one: JSONNode, _ other: JSONNode) -> Bool {
        if tape[one.index].escaped || tape[other.index].escaped { return textBytes(one) == textBytes(other) }
        return withInner(tape[one.index]) { text in
            withInner(tape[other.index]) { isText(text, of: $0, escaped: false) }
        }
    }

    /// Over pointers, because this is what most requests do most.
    private func find(_ key: UnsafeBufferPointer<UInt8>, in node: JSONNode) -> JSONNode? {
        let object = tape[node.index]
        guard object.kind == .object else { return nil }
        return bytes.withUnsafeBufferPointer { text in
            tape.withUnsafeBufferPointer { tape in
                var found: JSONNode?
                var position = node.index &+ 1
                while position < Int(object.next) {
                    let own = tape[position]
                    // As long as the key with its quotes, or longer because of escapes.
                    if own.escaped || Int(own.end &- own.start) == key.count &+ 2 {
                        let inner = UnsafeBufferPointer(rebasing: text[Int(own.start) &+ 1..<Int(own.end) &- 1])
                        if isText(key, of: inner, escaped: own.escaped) { found = JSONNode(position &+ 1) }
                    }
                    position = Int(tape[position &+ 1].next)
                }
                return found
            }
        }
    }
}

/// The members of an object, in the order of the text.
package struct JSONMembers: Sequence, IteratorProtocol {
    private let tape: ContiguousArray<TapeEntry>
    private var position: Int
    private let end: Int

    init(_ tape: ContiguousArray<TapeEntry>, _ node: JSONNode) {
        self.tape = tape
        position = node.index + 1
        end = tape[node.index].kind == .object ? Int(tape[node.index].next) : 0
    }

    package mutating func next() -> (key: JSONNode, value: JSONNode)? {
        guard position < end else { return nil }
        defer { position = Int(tape[position + 1].next) }
        return (JSONNode(position), JSONNode(position + 1))
    }
}

/// The elements of an array, in the order of the text.
package struct JSONElements: Sequence, IteratorProtocol {
    private let tape: ContiguousArray<TapeEntry>
    private var position: Int
    private let end: Int

    init(_ tape: ContiguousArray<TapeEntry>, _ node: JSONNode) {
        self.tape = tape
        position = node.index + 1
        end = tape[node.index].kind == .array ? Int(tape[node.index].next) : 0
    }

    package mutating func next() -> JSONNode? {
        guard position < end else { return nil }
        defer { position = Int(tape[position].next) }
        return JSONNode(position)
    }
}
