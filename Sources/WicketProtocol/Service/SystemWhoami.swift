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
        package var pid: Int
        package var uid: Int
        package var gid: Int
        /// The supplementary groups.
        package var groups: [Int]
        package var executable: String?
        package var unit: String?
        package var cgroup: String?
        package var container: String?
        /// The policy that its calls come under; nil where none matches, and on the admin socket, which has none.
        package var policy: String?
        /// The socket that it came in by, which decides about admin rights.
        package var isAdmin: Bool

        package init(
            pid: Int, uid: Int, gid: Int, groups: [Int], executable: String?, unit: String?, cgroup: String?, container: String?,
            policy: String?, isAdmin: Bool
        ) {
            self.pid = pid
            self.uid = uid
            self.gid = gid
            self.groups = groups
            self.executable = executable
            self.unit = unit
            self.cgroup = cgroup
            self.container = container
            self.policy = policy
            self.isAdmin = isAdmin
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("pid"); json.int(pid)
            json.key("uid"); json.int(uid)
            json.key("gid"); json.int(gid)
            json.key("groups")
            json.beginArray()
            for group in groups { json.int(group) }
            json.endArray()
            json.key("executable"); json.string(orNull: executable)
            json.key("unit"); json.string(orNull: unit)
            json.key("cgroup"); json.string(orNull: cgroup)
            json.key("container"); json.string(orNull: container)
            json.key("policy"); json.string(orNull: policy)
            json.key("socket"); json.string(isAdmin ? "admin" : "use")
            json.endObject()
        }
    }
}
