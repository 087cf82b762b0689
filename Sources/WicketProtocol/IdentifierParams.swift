// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Params of the methods that take the id of a row or a target and nothing else.
package struct IdentifierParams: Sendable, Equatable {
    /// As the list of its kind says it; opaque.
    package var id: String
    package init(id: String) { self.id = id }

    package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
        id = try ParamsReader(document, node, known: ["id"]).required("id")
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("id"); json.string(id)
        json.endObject()
    }
}
