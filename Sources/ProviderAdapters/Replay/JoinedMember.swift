// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A member of the whole answer, as far as it is known.
struct JoinedMember: Sendable {
    private enum State { case absent, null, raw, text, list, object, items }

    /// As it was written, quotes included.
    let key: [UInt8]
    let rule: JoinRule
    /// The piece that had it last; see `JoinedObject`.
    var turn = 0
    private var state = State.absent
    /// The value's own JSON; of a string or an array without what encloses it.
    private(set) var bytes: [UInt8] = []
    private(set) var children: [JoinedObject] = []

    init(key: [UInt8], rule: JoinRule) {
        self.key = key
        self.rule = rule
    }

    var name: String { String(decoding: key.dropFirst().dropLast(), as: UTF8.self) }

    func isNamed(_ name: StaticString) -> Bool { key.dropFirst().dropLast().elementsEqual(name.utf8Bytes) }

    /// A string, in `bytes` without its quotes.
    var isText: Bool { state == .text }
    /// It is, as it was written, a string with something in it.
    var isRawString: Bool { state == .raw && bytes.count > 2 && bytes.first == UInt8(ascii: "\"") }

    mutating func setNull() {
        state = .null
        bytes = []
    }

    mutating func setText(_ text: [UInt8]) {
        state = .text
        bytes = text
    }

    mutating func join(_ value: JSONNode, of document: JSONDocument, kept: inout Int) throws(AssemblyObstacle) {
        let kind = document.kind(value)
        switch rule {
        case .drop, .place: return
        case .same, .first, .last, .lastSaid: try keep(value, of: document, kept: &kept)
        case .text: try joinText(value, of: document, kept: &kept)
        case .list:
            if kind == .array {
                if state == .absent || state == .null { state = .list }
                for element in document.elements(of: value) { try append(element, of: document, kept: &kept) }
            } else {
                try noteNull(kind)
            }
        case .object(let table):
            guard kind == .object else { return try noteNull(kind) }
            if children.isEmpty { children.append(JoinedObject(table)) }
            state = .object
            try children[0].join(value, of: document, kept: &kept)
        case .items(let table, let needsIndex):
            guard kind == .array else { return try noteNull(kind) }
            state = .items
            for element in document.elements(of: value) {
                let child = try child(of: element, document, table, needsIndex: needsIndex)
                try children[child].join(element, of: document, kept: &kept)
            }
        }
    }

    mutating func append(_ element: JSONNode, of document: JSONDocument, kept: inout Int) throws(AssemblyObstacle) {
        if state == .raw || state == .text { throw .unknown(name) }
        state = .list
        if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
        add(document.raw(element), kept: &kept)
    }

    // MARK: Joining

    private mutating func keep(_ value: JSONNode, of document: JSONDocument, kept: inout Int) throws(AssemblyObstacle) {
        let new = document.raw(value)
        if saysNothing(value, document) {
            if state == .absent || state == .null { replace(with: new, saysNothing: true, kept: &kept) }
            return
        }
        if isSaid {
            if case .first = rule { return }
            if case .same = rule {
                if bytes[...] == new { return }
                throw .unknown(name)
            }
        }
        replace(with: new, saysNothing: false, kept: &kept)
    }

    private func saysNothing(_ value: JSONNode, _ document: JSONDocument) -> Bool {
        switch document.kind(value) {
        case .null: return true
        case .string: return document.range(value).count == 2
        case .array: return document.elements(of: value).first { _ in true } == nil
        case .object: return document.members(of: value).first { _ in true } == nil
        case .number:
            if case .first = rule { return document.int(value) == 0 }
            return false
        case .true, .false: return false
        }
    }

    /// A value that says something was kept.
    private var isSaid = false

    private mutating func replace(with value: ArraySlice<UInt8>, saysNothing: Bool, kept: inout Int) {
        kept -= bytes.count
        bytes.removeAll(keepingCapacity: true)
        isSaid = !saysNothing
        state = value.elementsEqual("null".utf8) ? .null : .raw
        if state == .raw { add(value, kept: &kept) }
    }

    private mutating func joinText(_ value: JSONNode, of document: JSONDocument, kept: inout Int) throws(AssemblyObstacle) {
        switch document.kind(value) {
        case .null: if state == .absent { state = .null }
        case .string:
            let text = document.raw(value).dropFirst().dropLast()
            if state == .raw {
                if text.isEmpty { return }
                throw .unknown(name)
            }
            state = .text
            add(text, kept: &kept)
        default:
            if state == .raw || !bytes.isEmpty { throw .unknown(name) }
            state = .raw
            add(document.raw(value), kept: &kept)
        }
    }

    /// A value that is none of the kind that the rule joins: only null can be that.
    private mutating func noteNull(_ kind: JSONKind) throws(AssemblyObstacle) {
        if kind != .null { throw .unknown(name) }
        if state == .absent { state = .null }
    }

    private mutating func child(
        of element: JSONNode, _ document: JSONDocument, _ table: JoinTable, needsIndex: Bool
    ) throws(AssemblyObstacle) -> Int {
        guard document.kind(element) == .object else { throw .unknown(name) }
        let index = document.find("index", in: element).flatMap(document.int)
        let key: StaticString = needsIndex ? "id" : "type"
        var mark = document.find(key, in: element).flatMap { document.kind($0) == .string ? Array(document.raw($0)) : nil }
        if needsIndex, index != nil {
            mark = nil
        } else if needsIndex {
            // Some send each call whole and without index: then its id is new. Else the piece could be any call's.
            guard let id = mark, id.count > 2, !children.contains(where: { $0.mark == id }) else { throw .unknown(name) }
        }
        if let index, let child = children.firstIndex(where: { $0.index == index && $0.mark == mark }) { return child }
        if children.count >= JoinedObject.maximumCount { throw .tooLarge }
        children.append(JoinedObject(table, index: index, mark: mark))
        return children.count - 1
    }

    private mutating func add(_ piece: ArraySlice<UInt8>, kept: inout Int) {
        bytes.append(contentsOf: piece)
        kept += piece.count
    }

    // MARK: Writing

    func write(to json: inout JSONWriter) {
        if state == .absent { return }
        if state == .null, case .lastSaid = rule { return }
        json.key(raw: key)
        switch state {
        case .absent, .null: json.null()
        case .raw: json.raw(bytes)
        case .text: json.quoted(bytes)
        case .list:
            json.beginArray()
            if !bytes.isEmpty { json.raw(bytes) }
            json.endArray()
        case .object:
            json.beginObject()
            for child in children { child.write(to: &json) }
            json.endObject()
        case .items: writeItems(to: &json)
        }
    }

    private func writeItems(to json: inout JSONWriter) {
        let hasOrder = children.allSatisfy { $0.index != nil && $0.mark == nil }
        json.beginArray()
        for child in hasOrder ? children.sorted(by: { ($0.index ?? 0) < ($1.index ?? 0) }) : children {
            json.beginObject()
            child.write(to: &json)
            json.endObject()
        }
        json.endArray()
    }
}

extension JSONWriter {
    /// A string whose text is escaped already. Only as a member's value.
    mutating func quoted(_ inner: some Collection<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: inner)
        bytes.append(UInt8(ascii: "\""))
    }
}

extension StaticString {
    var utf8Bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}
