// SPDX-License-Identifier: Apache-2.0

/// The process at the other end of a socket, as the kernel attests it at the time it connected.
package struct PeerIdentity: Sendable, Equatable {
    package var pid: Int32
    package var uid: UInt32
    package var gid: UInt32
    /// The executable's path, for the log only: an interpreter's path says nothing about its script.
    package var executable: String?
    /// The systemd unit or, where there is none, the innermost cgroup.
    package var unit: String?
    package init(pid: Int32, uid: UInt32, gid: UInt32, executable: String? = nil, unit: String? = nil) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
        self.executable = executable
        self.unit = unit
    }
}
