// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Why a socket cannot be listened on, in words that say what to do.
package struct SocketError: Error, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// A listening Unix socket: bound here at a path, or handed over by socket activation.
///
/// Binding refuses what it must not touch: a path too long for the kernel, a file that is no socket, a socket at which another
/// daemon answers. A stale socket, which nobody answers at, is removed. Everything happens under a lock file, so that two daemons
/// that start at once do not both see a stale one.
package final class ListeningSocket: Sendable {
    package let descriptor: Int32
    /// Where it is bound, or nil when activation gave it: then the service manager owns the path.
    package let path: String?
    private let lock: Int32

    private init(descriptor: Int32, path: String?, lock: Int32) {
        self.descriptor = descriptor
        self.path = path
        self.lock = lock
    }

    /// Takes over a listening socket from the service manager.
    package static func adopting(_ descriptor: Int32) -> ListeningSocket {
        makeNonblocking(descriptor)
        return ListeningSocket(descriptor: descriptor, path: nil, lock: -1)
    }

    /// Binds and listens.
    /// - Parameters:
    ///   - path: in a directory that is there.
    ///   - mode: the socket's permission bits.
    ///   - group: the group it is given to, or nil for the process's own.
    package static func bind(path: String, mode: UInt32, group: UInt32? = nil) throws(SocketError) -> ListeningSocket {
        var address = try makeAddress(path)
        let lock = try takeLock(path)
        do throws(SocketError) {
            try clearStale(path, &address)
            let descriptor = try listen(path, mode, group, &address)
            return ListeningSocket(descriptor: descriptor, path: path, lock: lock)
        } catch {
            close(lock)
            throw error
        }
    }

    /// Stops listening; removes the path if it was bound here.
    package func shutDown() {
        if let path {
            unlink(path)
            unlink(path + ".lock")
        }
        close(descriptor)
        if lock >= 0 { close(lock) }
    }

    // MARK: Steps of binding

    /// sun_path holds 108 bytes, the last of them the terminating zero.
    private static var longestPath: Int { 107 }

    private static func makeAddress(_ path: String) throws(SocketError) -> sockaddr_un {
        let length = path.utf8.count
        if length > longestPath {
            throw SocketError(
                "The socket path has \(length) bytes, and \(longestPath) is the most the kernel takes: choose a shorter one. "
                    + "(\(path))"
            )
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return address
    }

    private static func takeLock(_ path: String) throws(SocketError) -> Int32 {
        let lock = open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if lock < 0 { throw SocketError("The lock file \(path).lock cannot be opened: \(reason()).") }
        if flock(lock, LOCK_EX | LOCK_NB) != 0 {
            close(lock)
            throw SocketError("Another daemon holds \(path): stop it first, or choose another --socket.")
        }
        return lock
    }

    private static func clearStale(_ path: String, _ address: inout sockaddr_un) throws(SocketError) {
        var status = stat()
        if lstat(path, &status) != 0 { return }
        if status.st_mode & S_IFMT != S_IFSOCK {
            throw SocketError("\(path) exists and is no socket: remove it, or choose another path.")
        }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(probe) }
        let answered = withSocketAddress(&address) { connect(probe, $0, $1) } == 0
        if answered { throw SocketError("Another daemon answers at \(path): stop it first, or choose another --socket.") }
        if errno != ECONNREFUSED {
            throw SocketError("\(path) exists, and whether a daemon answers there cannot be told: \(reason()).")
        }
        unlink(path)
    }

    private static func listen(
        _ path: String, _ mode: UInt32, _ group: UInt32?, _ address: inout sockaddr_un
    ) throws(SocketError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if descriptor < 0 { throw SocketError("No socket can be made: \(reason()).") }
        // The mode is set between bind and listen: nobody can connect before it holds.
        let bound = withSocketAddress(&address) { Glibc.bind(descriptor, $0, $1) } == 0
        let given = group.map { chown(path, uid_t.max, $0) == 0 } ?? true
        guard bound, given, chmod(path, mode) == 0, Glibc.listen(descriptor, 4096) == 0 else {
            let why = reason()
            close(descriptor)
            throw SocketError("The socket \(path) cannot be bound: \(why).")
        }
        makeNonblocking(descriptor)
        return descriptor
    }

    private static func withSocketAddress<Result>(
        _ address: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    private static func makeNonblocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
