// SPDX-License-Identifier: Apache-2.0
import CLinux
package import GatewayModel
import Glibc

/// Asks the kernel who is at the other end of a connected socket.
///
/// A pidfd is taken before `/proc` is read and checked after it, so that what was read is about the process that connected and
/// not about another that got its number. What `/proc` hides (a sandboxed daemon) stays nil.
package enum PeerAttestation {
    package static func attest(_ descriptor: Int32) -> PeerIdentity? {
        var pid: Int32 = 0
        var uid: UInt32 = 0
        var gid: UInt32 = 0
        guard wicket_peer_credentials(descriptor, &pid, &uid, &gid) == 0 else { return nil }
        let unnamed = PeerIdentity(pid: pid, uid: uid, gid: gid)
        // 0 is a process of a pid namespace that we cannot see into.
        guard pid > 0 else { return unnamed }
        let pidfd = wicket_peer_pidfd(descriptor, pid)
        guard pidfd >= 0 else { return unnamed }
        defer { close(pidfd) }
        let executable = linkTarget("/proc/\(pid)/exe")
        let unit = readSmallFile("/proc/\(pid)/cgroup").flatMap { unitName(inCgroups: $0) }
        guard wicket_pidfd_alive(pidfd) == 1 else { return unnamed }
        return PeerIdentity(pid: pid, uid: uid, gid: gid, executable: executable, unit: unit)
    }

    /// The systemd unit in a process's `/proc/PID/cgroup`, else the innermost cgroup's path; nil for the root.
    ///
    /// The last path element with a unit's suffix is the unit (`user@1000.service/app.slice/editor.scope` → `editor.scope`).
    static func unitName(inCgroups text: String) -> String? {
        // cgroup v2 has one line `0::PATH`; on v1 the `name=systemd` line says the same.
        let lines = text.split(separator: "\n")
        let line = lines.first { $0.hasPrefix("0::") && $0 != "0::/" } ?? lines.first { $0.contains(":name=systemd:") }
        guard let path = line?.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last, path != "/" else {
            return nil
        }
        let elements = path.split(separator: "/")
        let unit = elements.last { $0.hasSuffix(".service") || $0.hasSuffix(".scope") }
        return unit.map(String.init) ?? String(path)
    }

    private static func linkTarget(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { room in
            guard let base = room.baseAddress else { return nil }
            let count = readlink(path, base, room.count)
            guard count > 0 else { return nil }
            return String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
        }
    }

    private static func readSmallFile(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
            let count = read(file, room.baseAddress, room.count)
            guard count > 0 else { return nil }
            return String(decoding: room[0..<count], as: UTF8.self)
        }
    }
}
