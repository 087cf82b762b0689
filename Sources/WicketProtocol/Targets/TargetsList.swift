// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The health of every target that was asked since the daemon's start, or whose breaker was open before it.
package enum TargetsList: RPCMethod {
    package static let name = "targets.list"
    package static let group = RPCGroup.targets
    package static let socket = RPCSocket.admin
    package static let summary = "Lists the health of all targets: breaker, latency, requests in flight."

    package struct Result: Sendable {
        package var targets: [TargetDescription]
        package init(targets: [TargetDescription]) { self.targets = targets }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("targets")
            json.beginArray()
            for target in targets { target.write(to: &json) }
            json.endArray()
            json.endObject()
        }
    }
}
