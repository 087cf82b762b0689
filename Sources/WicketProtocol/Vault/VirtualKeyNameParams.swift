// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Params of the methods that take a key's name and nothing else.
package struct VirtualKeyNameParams: Sendable, Equatable {
    package var name: String
    package init(name: String) { self.name = name }

    package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
        name = try VirtualKeyName.read(try ParamsReader(document, node, known: ["name"]))
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("name"); json.string(name)
        json.endObject()
    }
}
