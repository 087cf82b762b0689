// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Ends the daemon gracefully, as SIGTERM does: no new connection, what runs may finish within 30 s, exit code 0.
package enum SystemDrain: RPCMethod {
    package static let name = "system.drain"
    package static let group = RPCGroup.lifecycle
    package static let socket = RPCSocket.admin
    package static let summary = "Takes no new connection, lets what runs finish, and exits."

    package struct Result: Sendable {
        package var inFlight: Int
        package init(inFlight: Int) { self.inFlight = inFlight }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("draining"); json.bool(true)
            json.key("in_flight"); json.int(inFlight)
            json.endObject()
        }
    }
}
