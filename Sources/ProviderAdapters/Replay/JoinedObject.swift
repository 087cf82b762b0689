// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// An object of the whole answer, as far as it is known: its members in the order in which they first came.
struct JoinedObject: Sendable {
    /// More members, elements or choices than any answer has.
    static let maximumCount = 1024

    private let table: JoinTable
    private(set) var members: [JoinedMember] = []
    /// Counts the pieces, to notice a key that comes twice in one.
    private var turn = 0
    /// The `index` by which an array's element goes.
    let index: Int?
    /// As JSON, the `type` that tells elements with the same index apart, or the `id` of one without index.
    let mark: [UInt8]?

    init(_ table: JoinTable, index: Int? = nil, mark: [UInt8]? = nil) {
        self.table = table
        self.index = index
        self.mark = mark
    }

    /// Joins a piece of the object to it.
    mutating func join(_ piece: JSONNode, of document: JSONDocument, kept: inout Int) throws(AssemblyObstacle) {
        turn &+= 1
        var expected = 0
        for (key, value) in document.members(of: piece) {
            let slot = try slot(of: key, in: document, expected: expected, kept: &kept)
            if members[slot].turn == turn { throw .unknown(members[slot].name) }
            members[slot].turn = turn
            try members[slot].join(value, of: document, kept: &kept)
            expected = slot + 1
        }
    }

    /// Joins one member's value.
    mutating func join(
        _ key: JSONNode, _ value: JSONNode, of document: JSONDocument, kept: inout Int
    ) throws(AssemblyObstacle) {
        let slot = try slot(of: key, in: document, expected: 0, kept: &kept)
        try members[slot].join(value, of: document, kept: &kept)
    }

    /// Appends an element to a member that is a list.
    mutating func append(
        _ element: JSONNode, of document: JSONDocument, to key: StaticString, kept: inout Int
    ) throws(AssemblyObstacle) {
        try members[slot(of: key)].append(element, of: document, kept: &kept)
    }

    func has(_ key: StaticString) -> Bool { members.contains { $0.isNamed(key) } }

    func member(_ key: StaticString) -> JoinedMember? { members.first { $0.isNamed(key) } }

    mutating func setNull(_ key: StaticString) { members[slot(of: key)].setNull() }

    mutating func setText(_ key: StaticString, to text: [UInt8]) { members[slot(of: key)].setText(text) }

    /// Writes the members, without the object's brackets.
    /// - Parameter place: writes a member whose rule is `place`.
    func write<Failure: Error>(
        to json: inout JSONWriter, place: (JoinPlace, inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        for member in members {
            if case .place(let name) = member.rule { try place(name, &json) } else { member.write(to: &json) }
        }
    }

    func write(to json: inout JSONWriter) { write(to: &json) { _, _ in } }

    // MARK: Members

    /// Pieces mostly have the same members in the same order: the expected one is looked at first.
    private mutating func slot(
        of key: JSONNode, in document: JSONDocument, expected: Int, kept: inout Int
    ) throws(AssemblyObstacle) -> Int {
        let name = document.raw(key)
        if expected < members.count, members[expected].key.elementsEqual(name) { return expected }
        if let slot = members.firstIndex(where: { $0.key.elementsEqual(name) }) { return slot }
        // An escape could spell another member's name.
        if name.contains(UInt8(ascii: "\\")) { throw .unknown(String(decoding: name, as: UTF8.self)) }
        if members.count >= Self.maximumCount { throw .tooLarge }
        let rule = table.rules.first { document.isString(key, $0.key) }?.rule ?? table.others
        members.append(JoinedMember(key: Array(name), rule: rule))
        kept += name.count + 8
        return members.count - 1
    }

    private mutating func slot(of key: StaticString) -> Int {
        if let slot = members.firstIndex(where: { $0.isNamed(key) }) { return slot }
        let rule = table.rules.first { $0.key.description == key.description }?.rule ?? table.others
        members.append(JoinedMember(key: Array("\"\(key)\"".utf8), rule: rule))
        return members.count - 1
    }
}
