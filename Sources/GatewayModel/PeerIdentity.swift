// SPDX-License-Identifier: Apache-2.0

/// What the kernel says of the process at the other end of a connection, as of its connect. An object, because each of its calls
/// and their rows hold on to it.
package final class PeerIdentity: Sendable {
    package let pid: Int32
    package let uid: UInt32
    package let gid: UInt32
    /// The supplementary groups.
    package let groups: [UInt32]
    /// The executable's path, for the log only: an interpreter's path says nothing about its script.
    package let executable: String?
    /// The systemd unit or, where there is none, the innermost cgroup.
    package let unit: String?
    /// The path of its control group, from the root of the hierarchy on.
    package let cgroup: String?
    /// The id of the container that it runs in, where its control group names one.
    package let container: String?

    package init(
        pid: Int32, uid: UInt32, gid: UInt32, groups: [UInt32] = [], executable: String? = nil, unit: String? = nil,
        cgroup: String? = nil, container: String? = nil
    ) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
        self.groups = groups
        self.executable = executable
        self.unit = unit
        self.cgroup = cgroup
        self.container = container
    }

    /// The same peer, once its unit was found out.
    package func with(unit: String) -> PeerIdentity {
        PeerIdentity(
            pid: pid, uid: uid, gid: gid, groups: groups, executable: executable, unit: unit, cgroup: cgroup,
            container: container)
    }
}

extension PeerIdentity: Equatable {
    package static func == (one: PeerIdentity, other: PeerIdentity) -> Bool {
        one.pid == other.pid && one.uid == other.uid && one.gid == other.gid && one.groups == other.groups
            && one.executable == other.executable && one.unit == other.unit && one.cgroup == other.cgroup
            && one.container == other.container
    }
}
