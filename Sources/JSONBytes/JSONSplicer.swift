// SPDX-License-Identifier: Apache-2.0

/// Declared edits to a document: every byte outside of them stays as it came.
///
/// Edits are gathered and applied at once by `bytes()`. The later edit of a member wins; an edit inside of a value that is
/// replaced or
/// removed as a whole is lost with it.
///
///     var edit = JSONSplicer(document, within: request)
///     edit.set("model", to: Array("\"gpt-4o\"".utf8), in: request)
///     edit.remove("top_k", in: request)
///     let body = edit.bytes()
package struct JSONSplicer {
    private let document: JSONDocument
    private let bounds: Range<Int>
    private var replacements: [(range: Range<Int>, bytes: [UInt8])] = []
    private var removed: [JSONNode: Set<JSONNode>] = [:]
    private var added: [(object: JSONNode, key: String, value: [UInt8])] = []

    /// Edits the part of the document that `node` is; the result is that part alone.
    package init(_ document: JSONDocument, within node: JSONNode) {
        self.document = document
        bounds = document.range(node)
    }

    /// Nothing was asked for: the result would be the bytes as they came.
    package var isEmpty: Bool { replacements.isEmpty && removed.isEmpty && added.isEmpty }

    /// Puts raw JSON in the place of a value. Where a value is replaced twice, the later one stands.
    package mutating func replace(_ node: JSONNode, with value: [UInt8]) {
        let range = document.range(node)
        if let earlier = replacements.firstIndex(where: { $0.range == range }) {
            replacements[earlier].bytes = value
        } else {
            replacements.append((range, value))
        }
    }

    /// Gives `key` this value: in the place of each value it has (duplicates too), else as a new last member. Does nothing to
    /// what is
    /// no object.
    package mutating func set(_ key: String, to value: [UInt8], in object: JSONNode) {
        guard document.kind(object) == .object else { return }
        var isThere = false
        for member in document.members(of: object) where document.isString(member.key, key) {
            isThere = true
            removed[object]?.remove(member.key)
            replace(member.value, with: value)
        }
        if isThere { return }
        if let earlier = added.firstIndex(where: { $0.object == object && $0.key == key }) {
            added[earlier].value = value
        } else {
            added.append((object, key, value))
        }
    }

    /// Takes away each member of that name, with the comma that belonged to it.
    package mutating func remove(_ key: String, in object: JSONNode) {
        added.removeAll { $0.object == object && $0.key == key }
        for member in document.members(of: object) where document.isString(member.key, key) {
            removed[object, default: []].insert(member.key)
        }
    }

    /// Gives each member of that name another name; its value stays.
    package mutating func rename(_ key: String, to newKey: String, in object: JSONNode) {
        var name: [UInt8] = []
        appendString(newKey, to: &name)
        for member in document.members(of: object) where document.isString(member.key, key) {
            replace(member.key, with: name)
        }
    }

    /// The edited text.
    package func bytes() -> [UInt8] {
        if isEmpty { return Array(document.bytes[bounds]) }
        // One value in the place of another is what nearly all edits are: the model's name.
        if replacements.count == 1, removed.isEmpty, added.isEmpty { return bytes(with: replacements[0]) }
        var edits = replacements
        for (object, keys) in removed { edits += removals(of: keys, in: object) }
        edits += insertions()
        // Stable by start: an insertion at the place where a removal begins comes behind it, as gathered.
        edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        var result: [UInt8] = []
        result.reserveCapacity(bounds.count + edits.reduce(0) { $0 + $1.bytes.count })
        var position = bounds.lowerBound
        for edit in edits where edit.range.lowerBound >= position {
            result += document.bytes[position..<edit.range.lowerBound]
            result += edit.bytes
            position = edit.range.upperBound
        }
        result += document.bytes[position..<bounds.upperBound]
        return result
    }

    private func bytes(with edit: (range: Range<Int>, bytes: [UInt8])) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bounds.count - edit.range.count + edit.bytes.count)
        result += document.bytes[bounds.lowerBound..<edit.range.lowerBound]
        result += edit.bytes
        result += document.bytes[edit.range.upperBound..<bounds.upperBound]
        return result
    }

    /// A member behind one that stays takes the comma before it along; one at the head takes the comma behind it.
    private func removals(of keys: Set<JSONNode>, in object: JSONNode) -> [(range: Range<Int>, bytes: [UInt8])] {
        let members = Array(document.members(of: object))
        var ranges: [(range: Range<Int>, bytes: [UInt8])] = []
        var atHead = true
        for (index, member) in members.enumerated() {
            guard keys.contains(member.key) else {
                atHead = false
                continue
            }
            let own = document.range(member.key).lowerBound..<document.range(member.value).upperBound
            if !atHead {
                ranges.append((document.range(members[index - 1].value).upperBound..<own.upperBound, []))
            } else if index + 1 < members.count {
                ranges.append((own.lowerBound..<document.range(members[index + 1].key).lowerBound, []))
            } else {
                ranges.append((own, []))
            }
        }
        return ranges
    }

    private func insertions() -> [(range: Range<Int>, bytes: [UInt8])] {
        if added.isEmpty { return [] }
        var result: [(range: Range<Int>, bytes: [UInt8])] = []
        for object in Set(added.map(\.object)) {
            let closing = document.range(object).upperBound - 1
            let stays = document.members(of: object).contains { !(removed[object]?.contains($0.key) ?? false) }
            var text = JSONWriter()
            for addition in added where addition.object == object {
                text.key(addition.key)
                text.raw(addition.value)
            }
            result.append((closing..<closing, (stays ? [UInt8(ascii: ",")] : []) + text.bytes))
        }
        return result
    }
}
