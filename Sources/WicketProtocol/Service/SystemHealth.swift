// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Whether the daemon can do its work, and what stands in the way if not.
package enum SystemHealth: RPCMethod {
    package static let name = "system.health"
    package static let group = RPCGroup.service
    package static let socket = RPCSocket.both
    package static let summary = "Tells whether the daemon can do its work, and what to do where it cannot."

    /// From best to worst.
    package enum Status: String, Sendable, Comparable, CaseIterable {
        case ok, warn, fail
        package static func < (left: Status, right: Status) -> Bool { left.rank < right.rank }
        private var rank: Int { self == .ok ? 0 : self == .warn ? 1 : 2 }
    }

    package struct Check: Sendable {
        /// `store`, `vault`, `sockets`.
        package var name: String
        package var status: Status
        /// What is wrong and what to do about it; nil when all is well.
        package var message: String?

        package init(name: String, status: Status, message: String? = nil) {
            self.name = name
            self.status = status
            self.message = message
        }
    }

    package struct Result: Sendable {
        package var checks: [Check]
        /// The daemon takes no new connection and is about to end.
        package var draining: Bool

        package init(checks: [Check], draining: Bool = false) {
            self.checks = checks
            self.draining = draining
        }

        /// The worst of the checks.
        package var status: String { draining ? "draining" : (checks.map(\.status).max() ?? .ok).rawValue }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("status"); json.string(status)
            json.key("checks")
            json.beginArray()
            for check in checks {
                json.beginObject()
                json.key("name"); json.string(check.name)
                json.key("status"); json.string(check.status.rawValue)
                json.key("message"); json.string(orNull: check.message)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }
}
