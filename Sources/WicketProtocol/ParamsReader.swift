// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Typed reading of one JSON object, with errors that name the offending member. A member that is null counts as absent.
package struct ParamsReader {
    private let document: JSONDocument
    private let node: JSONNode?
    private let path: String

    /// Params of a call: nothing may stand twice, and nothing unknown may stand there, since a misspelt member would be ignored.
    package init(
        _ document: JSONDocument, _ node: JSONNode?, path: String = "params", known: [String]
    ) throws(ParamsError) {
        try self.init(document, node, path: path)
        guard let node else { return }
        if let key = document.duplicateKey(in: node) {
            let name = document.string(key) ?? ""
            throw ParamsError("\(path).\(name)", "`\(name)` stands there twice; send it once.")
        }
        for (key, _) in document.members(of: node) {
            guard let name = document.string(key), !known.contains(name) else { continue }
            let advice = nearestName(to: name, among: known).map { "did you mean `\($0)`?" }
                ?? (known.isEmpty ? "this takes no members." : "known are \(known.map { "`\($0)`" }.joined(separator: ", ")).")
            throw ParamsError("\(path).\(name)", "Unknown member `\(name)`; \(advice)")
        }
    }

    /// A result, which a newer peer may have given members that this side does not know.
    package init(_ document: JSONDocument, _ node: JSONNode?, path: String = "result") throws(ParamsError) {
        if let node, document.kind(node) != .object { throw ParamsError(path, "\(path) must be an object.") }
        self.document = document
        self.node = node
        self.path = path
    }

    /// The member, if it is there and not null.
    package func node(_ key: String) -> JSONNode? {
        guard let node, let value = document.find(key, in: node), !document.isNull(value) else { return nil }
        return value
    }

    /// Whether the member is there, be it null.
    package func has(_ key: String) -> Bool { node.map { document.find(key, in: $0) != nil } ?? false }

    package func string(_ key: String) throws(ParamsError) -> String? {
        guard let value = node(key) else { return nil }
        guard let text = document.string(value) else { throw wrong(key, "a string") }
        return text
    }

    /// A string that must be there and not be empty.
    package func required(_ key: String) throws(ParamsError) -> String {
        guard let text = try string(key) else { throw missing(key, "a string") }
        if text.isEmpty { throw wrong(key, "a string that is not empty") }
        return text
    }

    package func int(_ key: String) throws(ParamsError) -> Int? {
        guard let value = node(key) else { return nil }
        guard let number = document.int(value) else { throw wrong(key, "a whole number") }
        return number
    }

    package func requiredInt(_ key: String) throws(ParamsError) -> Int {
        guard let number = try int(key) else { throw missing(key, "a whole number") }
        return number
    }

    package func bool(_ key: String) throws(ParamsError) -> Bool? {
        guard let value = node(key) else { return nil }
        guard let truth = document.bool(value) else { throw wrong(key, "true or false") }
        return truth
    }

    package func double(_ key: String) throws(ParamsError) -> Double? {
        guard let value = node(key) else { return nil }
        guard let number = document.double(value) else { throw wrong(key, "a number") }
        return number
    }

    package func strings(_ key: String) throws(ParamsError) -> [String]? {
        guard let value = node(key) else { return nil }
        guard document.kind(value) == .array else { throw wrong(key, "a list of strings") }
        var texts: [String] = []
        for element in document.elements(of: value) {
            guard let text = document.string(element) else { throw wrong(key, "a list of strings") }
            texts.append(text)
        }
        return texts
    }

    /// The member's own JSON, which must be of that kind.
    package func raw(_ key: String, _ kind: JSONKind) throws(ParamsError) -> [UInt8]? {
        guard let value = node(key) else { return nil }
        guard document.kind(value) == kind else { throw wrong(key, "an \(kind)") }
        return Array(document.raw(value))
    }

    /// A reader for the object that `key` holds; an absent one reads as empty.
    package func object(_ key: String, known: [String]) throws(ParamsError) -> ParamsReader {
        try ParamsReader(document, node(key), path: "\(path).\(key)", known: known)
    }

    package func missing(_ key: String, _ what: String) -> ParamsError {
        ParamsError("\(path).\(key)", "`\(key)` is missing; it must be \(what).")
    }

    package func wrong(_ key: String, _ what: String) -> ParamsError {
        ParamsError("\(path).\(key)", "`\(key)` must be \(what).")
    }
}
