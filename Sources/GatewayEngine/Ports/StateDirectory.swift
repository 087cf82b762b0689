// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import Glibc

/// The daemon's state directory: 0700, its own, and one daemon's at a time. Whoever writes into it takes one of these, so that it
/// has been checked.
package final class StateDirectory: Sendable {
    package let path: String
    private let descriptor: Int32

    /// Makes the directory (and what lies above it) where it is missing, checks it, and locks it until this object goes.
    /// - Throws: `internal_error` with what is wrong and how to mend it.
    package init(_ path: String) throws(GatewayFailure) {
        self.path = path
        try makeDirectories(path)
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be opened: \(errorText()).", path) }
        do throws(GatewayFailure) { try check() } catch {
            close(descriptor)
            throw error
        }
    }

    private func check() throws(GatewayFailure) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be examined: \(errorText()).", path) }
        if status.st_uid != geteuid() {
            throw failure(
                "belongs to uid \(status.st_uid), not to uid \(geteuid()) that runs the daemon. Change its owner or use another.",
                path)
        }
        if status.st_mode & 0o077 != 0 { throw failure("is open to other users. Run: chmod 700 '\(path)'", path) }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            throw failure("is in use by another wicketd. Stop that one, or give this one a --state-dir of its own.", path)
        }
    }

    /// The path of a file in it.
    package func file(_ name: String) -> String { path + "/" + name }

    /// Makes names that were created or removed in it durable.
    package func synchronize() throws(GatewayFailure) {
        if fsync(descriptor) != 0 { throw failure("cannot be synchronised: \(errorText()).", path) }
    }

    deinit { close(descriptor) }
}

private func makeDirectories(_ path: String) throws(GatewayFailure) {
    var end = path.startIndex
    while end < path.endIndex {
        let next = path.index(after: end)
        end = path[next...].firstIndex(of: "/") ?? path.endIndex
        let prefix = String(path[..<end])
        if mkdir(prefix, 0o700) != 0, errno != EEXIST, end == path.endIndex || errno != EACCES && errno != EROFS {
            throw failure("cannot be created: \(errorText()).", path)
        }
    }
}

private func failure(_ what: String, _ path: String) -> GatewayFailure {
    GatewayFailure(.internalError, "The state directory \(path) \(what)")
}

private func errorText() -> String { String(cString: strerror(errno)) }
