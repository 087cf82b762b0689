// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Closes a target's breaker and forgets its failures: the next request goes there.
package enum TargetsReset: RPCMethod {
    package static let name = "targets.reset"
    package static let group = RPCGroup.targets
    package static let socket = RPCSocket.admin
    package static let summary = "Closes a target's breaker and forgets its failures."

    package struct Params: Sendable, Equatable {
        /// As `targets.list` says it; opaque.
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

    package typealias Result = TargetDescription
}
