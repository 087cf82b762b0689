// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Opens a target's breaker by hand, as so many failures would: to take it out of use for a while, or to try what happens.
package enum TargetsTrip: RPCMethod {
    package static let name = "targets.trip"
    package static let group = RPCGroup.targets
    package static let socket = RPCSocket.admin
    package static let summary = "Opens a target's breaker by hand."

    package struct Params: Sendable, Equatable {
        /// As `targets.list` says it; opaque.
        package var id: String
        /// How long it stays open.
        package var milliseconds: Int

        /// As long as the default breaker stays open the first time.
        package static let defaultMilliseconds = 30_000
        package static let maximumMilliseconds = 86_400_000

        package init(id: String, milliseconds: Int = Self.defaultMilliseconds) {
            self.id = id
            self.milliseconds = milliseconds
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["id", "for_ms"])
            id = try reader.required("id")
            milliseconds = try reader.int("for_ms") ?? Self.defaultMilliseconds
            guard 1...Self.maximumMilliseconds ~= milliseconds else {
                throw reader.wrong("for_ms", "a whole number from 1 to \(Self.maximumMilliseconds)")
            }
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("id"); json.string(id)
            json.key("for_ms"); json.int(milliseconds)
            json.endObject()
        }
    }

    package typealias Result = TargetDescription
}
