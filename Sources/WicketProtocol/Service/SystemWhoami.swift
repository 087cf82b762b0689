// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Who the daemon takes the caller for: what the kernel and systemd said of it when it connected. Nothing that the caller sends
/// changes it.
package enum SystemWhoami: RPCMethod {
    package static let name = "system.whoami"
    package static let group = RPCGroup.service
    package static let socket = RPCSocket.both
    package static let summary = "Tells who the daemon takes the caller for."

    package struct Result: Sendable {
        package var process: ProcessDescription
        /// The supplementary groups.
        package var groups: [Int]
        package var cgroup: String?
        package var container: String?
        /// The policy that its calls come under; nil where none matches, and on the admin socket, which has none.
        package var policy: String?
        /// The socket that it came in by, which decides about admin rights.
        package var isAdmin: Bool

        package init(
            _ process: ProcessDescription, groups: [Int], cgroup: String?, container: String?, policy: String?, isAdmin: Bool
        ) {
            self.process = process
            self.groups = groups
            self.cgroup = cgroup
            self.container = container
            self.policy = policy
            self.isAdmin = isAdmin
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            process.writeMembers(to: &json)
            json.key("groups")
            json.beginArray()
            for group in groups { json.int(group) }
            json.endArray()
            json.key("cgroup"); json.string(orNull: cgroup)
            json.key("container"); json.string(orNull: container)
            json.key("policy"); json.string(orNull: policy)
            json.key("socket"); json.string(isAdmin ? "admin" : "use")
            json.endObject()
        }
    }
}
