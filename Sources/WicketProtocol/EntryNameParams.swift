// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Params of the methods that take the name of a virtual key, a config or a policy and nothing else.
package struct EntryNameParams: Sendable, Equatable {
    package var name: String
    package init(name: String) { self.name = name }

    package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
        name = try EntryName.read(try ParamsReader(document, node, known: ["name"]))
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("name"); json.string(name)
        json.endObject()
    }
}
