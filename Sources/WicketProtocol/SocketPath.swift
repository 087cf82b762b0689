// SPDX-License-Identifier: Apache-2.0

/// Where the daemon's sockets are: one answer for the daemon, the command line and every client.
///
/// A pure function of what the caller knows of its surroundings; nothing here touches the file system.
package struct SocketPath {
    /// The variables that matter are `WICKET_SOCKET`, `WICKET_ADMIN_SOCKET` and `XDG_RUNTIME_DIR`; an empty one counts as unset.
    package var environment: [String: String]
    package var userID: UInt32
    /// Whether a socket that is safe to use stands at a path. Beneath `/tmp` anybody may put one, so its owner must be checked.
    package var exists: (String) -> Bool

    package enum Kind: Sendable { case use, admin }

    /// `sun_path` holds 108 bytes, the last of them 0.
    package static let maximumBytes = 107

    package init(environment: [String: String], userID: UInt32, exists: @escaping (String) -> Bool) {
        self.environment = environment
        self.userID = userID
        self.exists = exists
    }

    /// The use socket that a client connects to: flag, `WICKET_SOCKET`, the user's socket where there is one, the system's.
    package func use(flag: String? = nil) throws(SocketPathError) -> String {
        if let path = try namedUse(flag) { return path }
        return try found(.use)
    }

    /// The admin socket, likewise. Where only the use socket was named, the admin socket beside it goes before the defaults, so
    /// that both belong to the same daemon.
    package func admin(flag: String? = nil, useFlag: String? = nil) throws(SocketPathError) -> String {
        if let path = try named(flag, by: "--admin-socket") { return path }
        if let path = try named(environment["WICKET_ADMIN_SOCKET"], by: "WICKET_ADMIN_SOCKET") { return path }
        if let use = try namedUse(useFlag) {
            let directory = use.lastIndex(of: "/").map { use[...$0] } ?? ""
            let beside = "\(directory)admin/admin.sock"
            if exists(beside) { return try checked(beside, from: "the use socket's directory") }
        }
        return try found(.admin)
    }

    private func namedUse(_ flag: String?) throws(SocketPathError) -> String? {
        if let path = try named(flag, by: "--socket") { return path }
        return try named(environment["WICKET_SOCKET"], by: "WICKET_SOCKET")
    }

    /// Where a user's daemon listens. Without `XDG_RUNTIME_DIR` in a directory of its own under `/tmp`, which it makes 0700.
    package func userDefault(_ kind: Kind) throws(SocketPathError) -> String {
        if let directory = environment["XDG_RUNTIME_DIR"], !directory.isEmpty {
            return try checked("\(directory)/wicket/\(kind.fileName)", from: "XDG_RUNTIME_DIR")
        }
        return "/tmp/wicket-\(userID)/\(kind.fileName)"
    }

    /// Where the system's daemon listens.
    package static func systemDefault(_ kind: Kind) -> String { "/run/wicket/\(kind.fileName)" }

    private func found(_ kind: Kind) throws(SocketPathError) -> String {
        let path = try userDefault(kind)
        return exists(path) ? path : Self.systemDefault(kind)
    }

    /// A path or `unix:///path`; nil for nothing.
    private func named(_ text: String?, by source: String) throws(SocketPathError) -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard text.hasPrefix("unix:") else {
            if text.contains("://") { throw SocketPathError(source, text, "is not a Unix socket; give a path or unix:///path.") }
            return try checked(text, from: source)
        }
        let rest = text.dropFirst("unix:".count)
        let path = rest.hasPrefix("//") ? rest.dropFirst(2) : rest
        guard path.hasPrefix("/") else { throw SocketPathError(source, text, "is not absolute; write unix:///path.") }
        return try checked(String(path), from: source)
    }

    private func checked(_ path: String, from source: String) throws(SocketPathError) -> String {
        if path.utf8.contains(0) { throw SocketPathError(source, path, "contains a zero byte.") }
        if path.utf8.count > Self.maximumBytes {
            throw SocketPathError(source, path, "is \(path.utf8.count) bytes long; there is room for \(Self.maximumBytes).")
        }
        return path
    }
}

extension SocketPath.Kind {
    fileprivate var fileName: String {
        switch self {
        case .use: "wicket.sock"
        case .admin: "admin/admin.sock"
        }
    }
}

/// A path that can be no socket's, and where it came from.
package struct SocketPathError: Error, Equatable, Sendable {
    package let message: String
    init(_ source: String, _ path: String, _ problem: String) { message = "The socket path \(path) (from \(source)) \(problem)" }
}
