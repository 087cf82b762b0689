// SPDX-License-Identifier: Apache-2.0
import Glibc
import JSONBytes

/// Writes a JSON value so that two texts have the same bytes exactly when they say the same.
///
/// Each value begins with a byte that says its kind. Texts and numbers end with 0xFF, which neither of them can hold, and
/// containers with a byte of their own, so no form is the beginning of another. What is the same, and what is not:
/// - Members are in the order of their names' bytes, each name and text with its escapes resolved. White space is gone.
/// - A name that occurs more than once stays as often, in its order: providers differ in which one they take.
/// - Numbers are as they were written: `1` and `1.0` are two. A provider is free to tell them apart (an integer field refuses
///   the second), and no rounding can make two large ones the same.
///
/// Time and room are O(n log n) and O(n) in the text; nesting is the document's, which the parser bounds.
struct CanonicalForm {
    private let document: JSONDocument
    /// A value of which nothing but its place counts.
    private let hole: JSONNode?
    /// The members of the objects that are open, the innermost last.
    private var members: ContiguousArray<Member> = []

    private struct Member {
        /// The name between its quotes.
        var start: Int
        var end: Int
        var hasEscapes: Bool
        var value: JSONNode
    }

    init(_ document: JSONDocument, hole: JSONNode? = nil) {
        self.document = document
        self.hole = hole
        members.reserveCapacity(32)
    }

    /// - Parameter isLeftOut: whether the member of this name, at the top, is left out.
    mutating func writeRequest(
        _ node: JSONNode, to digest: inout KeyDigest, leavingOut isLeftOut: (UnsafeBufferPointer<UInt8>) -> Bool
    ) {
        document.bytes.withUnsafeBufferPointer { text in
            guard document.kind(node) == .object else { return write(node, text, &digest) }
            writeObject(node, text, &digest, isLeftOut)
        }
    }

    private mutating func write(_ node: JSONNode, _ text: UnsafeBufferPointer<UInt8>, _ digest: inout KeyDigest) {
        if node == hole { return digest.append(UInt8(ascii: "_")) }
        switch document.kind(node) {
        case .null: digest.append(UInt8(ascii: "z"))
        case .true: digest.append(UInt8(ascii: "t"))
        case .false: digest.append(UInt8(ascii: "f"))
        case .number:
            digest.append(UInt8(ascii: "n"))
            digest.append(UnsafeBufferPointer(rebasing: text[document.range(node)]))
            digest.append(0xFF)
        case .string:
            let range = document.range(node)
            let inner = UnsafeBufferPointer(rebasing: text[range.lowerBound + 1..<range.upperBound - 1])
            writeString(inner, inner.hasEscapes, &digest)
        case .array:
            digest.append(UInt8(ascii: "["))
            for element in document.elements(of: node) { write(element, text, &digest) }
            digest.append(UInt8(ascii: "]"))
        case .object: writeObject(node, text, &digest) { _ in false }
        }
    }

    private func writeString(_ inner: UnsafeBufferPointer<UInt8>, _ hasEscapes: Bool, _ digest: inout KeyDigest) {
        digest.append(UInt8(ascii: "s"))
        if hasEscapes {
            var decoded = KeyText(inner)
            while true {
                digest.append(decoded.plainRun())
                guard let byte = decoded.next() else { break }
                digest.append(byte)
            }
        } else {
            digest.append(inner)
        }
        digest.append(0xFF)
    }

    private mutating func writeObject(
        _ node: JSONNode, _ text: UnsafeBufferPointer<UInt8>, _ digest: inout KeyDigest,
        _ isLeftOut: (UnsafeBufferPointer<UInt8>) -> Bool
    ) {
        let first = members.count
        for (key, value) in document.members(of: node) {
            let range = document.range(key)
            let inner = UnsafeBufferPointer(rebasing: text[range.lowerBound + 1..<range.upperBound - 1])
            if isLeftOut(inner) { continue }
            members.append(
                Member(
                    start: range.lowerBound + 1, end: range.upperBound - 1, hasEscapes: inner.hasEscapes, value: value))
        }
        sortMembers(from: first, text)
        digest.append(UInt8(ascii: "{"))
        for index in first..<members.count {
            let member = members[index]
            let name = UnsafeBufferPointer(rebasing: text[member.start..<member.end])
            writeString(name, member.hasEscapes, &digest)
            write(member.value, text, &digest)
        }
        digest.append(UInt8(ascii: "}"))
        members.removeSubrange(first...)
    }

    // MARK: Order

    private mutating func sortMembers(from first: Int, _ text: UnsafeBufferPointer<UInt8>) {
        if members.count - first > 24 {
            return members[first...].sort { Self.precedes($0, $1, text) }
        }
        var index = first + 1
        while index < members.count {
            let member = members[index]
            var place = index
            while place > first, Self.precedes(member, members[place - 1], text) {
                members[place] = members[place - 1]
                place -= 1
            }
            members[place] = member
            index += 1
        }
    }

    /// By the names' bytes; those of the same name by their place in the text.
    private static func precedes(_ left: Member, _ right: Member, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let order = compare(left, right, text)
        return order == 0 ? left.start < right.start : order < 0
    }

    private static func compare(_ left: Member, _ right: Member, _ text: UnsafeBufferPointer<UInt8>) -> Int {
        let leftName = UnsafeBufferPointer(rebasing: text[left.start..<left.end])
        let rightName = UnsafeBufferPointer(rebasing: text[right.start..<right.end])
        if left.hasEscapes || right.hasEscapes {
            var (one, other) = (KeyText(leftName), KeyText(rightName))
            while true {
                let (byte, otherByte) = (one.next().map(Int.init) ?? -1, other.next().map(Int.init) ?? -1)
                if byte != otherByte || byte < 0 { return byte - otherByte }
            }
        }
        guard let one = leftName.baseAddress, let other = rightName.baseAddress else { return leftName.count - rightName.count }
        let order = memcmp(one, other, min(leftName.count, rightName.count))
        return order == 0 ? leftName.count - rightName.count : Int(order)
    }
}
