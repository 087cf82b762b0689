// SPDX-License-Identifier: Apache-2.0
import CLinux
package import GatewayModel
import Glibc

/// Asks the kernel who is at the other end of a connected socket, once for each connection.
///
/// uid, gid and groups are those of the process as it connected, kept with the socket: no fork, exec or reused pid changes them.
/// What is looked up by pid is taken only from a process whose pidfd was had first and that still lives after the look-up, so
/// that it is about the process that connected. Where that cannot be shown, it stays nil, and no rule that asks for it holds.
package enum PeerAttestation {
    package static func attest(_ descriptor: Int32) -> PeerIdentity? {
        attest(descriptor) { _ in }
    }

    /// - Parameter hidden: gets the process when it lives but `/proc` does not show its control group, as in a unit with
    ///   `ProtectProc=invisible`: systemd may still tell its unit.
    static func attest(_ descriptor: Int32, hidden: (consuming PeerProcess) -> Void) -> PeerIdentity? {
        var pid: Int32 = 0
        var uid: UInt32 = 0
        var gid: UInt32 = 0
        guard wicket_peer_credentials(descriptor, &pid, &uid, &gid) == 0 else { return nil }
        let groups = supplementaryGroups(descriptor)
        // 0 is a process of a pid namespace that we cannot see into.
        guard pid > 0, let process = PeerProcess(descriptor, pid: pid) else {
            return PeerIdentity(pid: pid, uid: uid, gid: gid, groups: groups)
        }
        let executable = linkTarget("/proc/\(pid)/exe")
        let cgroups = readSmallFile("/proc/\(pid)/cgroup")
        guard process.isAlive, process.isOf(uid) else { return PeerIdentity(pid: pid, uid: uid, gid: gid, groups: groups) }
        let group = cgroups.flatMap { ControlGroup($0) }
        if cgroups == nil { hidden(process) }
        return PeerIdentity(
            pid: pid, uid: uid, gid: gid, groups: groups, executable: executable, unit: group?.unit, cgroup: group?.path,
            container: group?.container)
    }

    private static func supplementaryGroups(_ descriptor: Int32) -> [UInt32] {
        var capacity = 64
        while true {
            var needed = 0
            let groups = [UInt32](unsafeUninitializedCapacity: capacity) { room, count in
                needed = Int(wicket_peer_groups(descriptor, room.baseAddress, UInt32(room.count)))
                count = max(0, min(needed, room.count))
            }
            // A process has at most 65,536.
            if needed <= capacity || needed > 65_536 { return groups }
            capacity = needed
        }
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
        return withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 1) { room in
            let count = read(file, room.baseAddress, room.count)
            guard count > 0 else { return nil }
            return String(decoding: room[0..<count], as: UTF8.self)
        }
    }
}

/// The process that connected, held by a pidfd: its number cannot come to mean another one unseen.
package struct PeerProcess: ~Copyable, Sendable {
    package let pid: Int32
    private let pidfd: Int32
    /// Whether the kernel gave the pidfd with the socket. Before Linux 6.5 it is had by the number, which may have been reused
    /// between the connect and now.
    private let isOfSocket: Bool

    init?(_ descriptor: Int32, pid: Int32) {
        var ofSocket: Int32 = 0
        let pidfd = wicket_peer_pidfd(descriptor, pid, &ofSocket)
        if pidfd < 0 { return nil }
        self.pid = pid
        self.pidfd = pidfd
        isOfSocket = ofSocket != 0
    }

    deinit { close(pidfd) }

    package var isAlive: Bool { wicket_pidfd_alive(pidfd) == 1 }

    /// Whether it belongs to the user that connected; asked only where a reused number is possible, and then the least that has
    /// to hold.
    func isOf(_ uid: UInt32) -> Bool {
        if isOfSocket { return true }
        var status = stat()
        return stat("/proc/\(pid)", &status) == 0 && status.st_uid == uid
    }

    /// Its pidfd, for as long as `body` runs.
    package func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result { body(pidfd) }
}
