// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// A notification: the request of that id on the same connection ends with `cancelled`. An unknown id means that it has ended.
package enum CancelRequest: RPCMethod {
    package static let name = "$/cancelRequest"
    package static let group = RPCGroup.session
    package static let socket = RPCSocket.both
    package static let summary = "Cancels a running request of this connection."

    package struct Params: Sendable, Equatable {
        /// The id's own JSON.
        package var id: [UInt8]
        package init(id: [UInt8]) { self.id = id }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["id"])
            guard let id = reader.node("id") else { throw reader.missing("id", "the id of a request") }
            guard [.string, .number].contains(document.kind(id)) else { throw reader.wrong("id", "a string or a number") }
            self.id = Array(document.raw(id))
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("id"); json.raw(id)
            json.endObject()
        }
    }
}
