// SPDX-License-Identifier: Apache-2.0
import Glibc
import WicketProtocol

/// Where the daemon's sockets are for this process: its environment, its user, its file system.
package enum SocketLocation {
    /// The use socket's path.
    package static func use(flag: String?) throws(WicketError) -> String {
        do { return try paths.use(flag: flag) } catch { throw WicketError(type: "socket_path", message: error.message) }
    }

    /// The admin socket's path; beside the use socket where that one is named and this one is not.
    package static func admin(flag: String?, useFlag: String? = nil) throws(WicketError) -> String {
        do { return try paths.admin(flag: flag, useFlag: useFlag) } catch {
            throw WicketError(type: "socket_path", message: error.message)
        }
    }

    private static var paths: SocketPath {
        var environment: [String: String] = [:]
        for name in ["WICKET_SOCKET", "WICKET_ADMIN_SOCKET", "XDG_RUNTIME_DIR"] {
            environment[name] = getenv(name).map { String(cString: $0) }
        }
        return SocketPath(environment: environment, userID: geteuid(), exists: isOwnSocket)
    }

    /// Anybody can put a socket under `/tmp` and wait for prompts; one of another user than oneself or root is not looked at.
    private static func isOwnSocket(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return false }
        return status.st_uid == geteuid() || status.st_uid == 0
    }
}
