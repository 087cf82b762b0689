// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// A JSON value: what a call takes and what it answers. It keeps the bytes it came in, so numbers lose no digit and unknown
/// members stay.
///
/// Looking up what is not there gives null, so a chain needs no unwrapping:
///
/// ```swift
/// let text = result["response"]["choices"][0]["message"]["content"].string ?? ""
/// let params: WicketValue = ["model": "local/echo", "messages": [["role": "user", "content": "Hello"]]]
/// ```
public struct WicketValue: Sendable {
    package let document: JSONDocument
    package let node: JSONNode

    package init(_ document: JSONDocument, _ node: JSONNode) {
        self.document = document
        self.node = node
    }

    /// A value from JSON text.
    /// - Throws: a ``WicketError`` of type `invalid_json` that tells at which byte the text is wrong.
    public init(json: String) throws {
        try self.init(bytes: Array(json.utf8))
    }

    package init(bytes: [UInt8]) throws {
        do {
            let document = try JSONDocument(bytes)
            self.init(document, document.root)
        } catch {
            throw WicketError(type: "invalid_json", message: "This is not JSON: \(error).")
        }
    }

    /// The value's own JSON text.
    public var json: String { String(decoding: rawJSON, as: UTF8.self) }

    package var rawJSON: ArraySlice<UInt8> { document.raw(node) }

    /// The member of that name; null where there is none.
    public subscript(key: String) -> WicketValue {
        document.find(key, in: node).map { WicketValue(document, $0) } ?? .null
    }

    /// The element at that place; null where there is none. Walks the list: use ``elements`` to visit all.
    public subscript(index: Int) -> WicketValue {
        for (position, element) in document.elements(of: node).enumerated() where position == index {
            return WicketValue(document, element)
        }
        return .null
    }

    /// A string's text; nil for other kinds.
    public var string: String? { document.string(node) }
    /// A whole number that fits; nil for all else.
    public var int: Int? { document.int(node) }
    /// A number; nil for other kinds.
    public var double: Double? { document.double(node) }
    /// True or false; nil for other kinds.
    public var bool: Bool? { document.bool(node) }
    /// Whether this is null, which absent members are too.
    public var isNull: Bool { document.isNull(node) }
    /// Whether this is an object.
    public var isObject: Bool { document.kind(node) == .object }

    /// The elements of a list; empty for other kinds.
    public var elements: [WicketValue] { document.elements(of: node).map { WicketValue(document, $0) } }

    /// The members of an object in their order; empty for other kinds.
    public var members: [(key: String, value: WicketValue)] {
        document.members(of: node).map { (document.string($0.key) ?? "", WicketValue(document, $0.value)) }
    }
}

extension WicketValue: CustomStringConvertible {
    /// The JSON text.
    public var description: String { json }
}
