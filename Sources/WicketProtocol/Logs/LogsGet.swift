// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// One row of the journal. On the use socket only the caller's own uid's rows are found.
package enum LogsGet: RPCMethod {
    package static let name = "logs.get"
    package static let group = RPCGroup.logs
    package static let socket = RPCSocket.both
    package static let summary = "Returns one row of the journal."

    package struct Params: Sendable, Equatable {
        /// As a row's `id` says it; opaque.
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

    package typealias Result = LogRow
}
