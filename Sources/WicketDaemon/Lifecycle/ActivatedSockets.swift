// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// The listening sockets that systemd made and passed on (socket activation); the caller closes them.
package struct ActivatedSockets: Sendable, Equatable {
    /// Named `use` (`FileDescriptorName=use`).
    package var use: Int32?
    /// Named `admin`.
    package var admin: Int32?

    /// Takes the descriptors over, once, before any thread starts: the variables that announce them are removed.
    /// - Returns: nil when none were announced; then the daemon binds its own.
    /// - Throws: when what was announced can't be served. The daemon must not bind sockets of its own then: clients are queued at
    ///   systemd's, and would wait there for ever behind a daemon that looks well.
    package static func take() throws(ActivationFault) -> ActivatedSockets? {
        guard let announced = getenv("LISTEN_FDS").map({ String(cString: $0) }) else { return nil }
        let receiver = getenv("LISTEN_PID").map { String(cString: $0) } ?? "nobody"
        var raw: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &raw)
        defer { release(raw, count) }
        if count < 0 {
            throw ActivationFault(
                message: "LISTEN_FDS=\(announced): the passed sockets can't be taken: \(String(cString: strerror(-count)))")
        }
        if count == 0 {
            let message =
                "LISTEN_FDS=\(announced) announces sockets, but for process \(receiver) and not for this one (\(getpid())); "
                + "start wicketd directly from its unit, without a wrapper and without PrivatePIDs="
            throw ActivationFault(message: message)
        }
        var sockets = ActivatedSockets()
        for index in 0..<count {
            let name = raw?[Int(index)].map { String(cString: $0) } ?? ""
            try sockets.adopt(firstDescriptor + index, name)
        }
        return sockets
    }

    /// `SD_LISTEN_FDS_START`, which Swift does not import.
    private static var firstDescriptor: Int32 { 3 }

    private mutating func adopt(_ descriptor: Int32, _ name: String) throws(ActivationFault) {
        guard sd_is_socket_unix(descriptor, Int32(SOCK_STREAM.rawValue), 1, nil, 0) > 0 else {
            throw ActivationFault(
                message:
                    "the socket that was passed as \(quoted(name)) is not a listening Unix stream socket; use ListenStream=/path")
        }
        // Accepting must never block a reactor, whatever the socket unit says.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        switch name {
        case "use" where use == nil: use = descriptor
        case "admin" where admin == nil: admin = descriptor
        case "use", "admin": throw ActivationFault(message: "two sockets were passed as \(quoted(name)); one is enough")
        default:
            throw ActivationFault(
                message: "a socket was passed as \(quoted(name)); name it with FileDescriptorName=use or FileDescriptorName=admin"
            )
        }
    }

    private static func release(_ names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int32) {
        guard let names else { return }
        for index in 0..<Int(max(0, count)) { free(names[index]) }
        free(names)
    }
}

/// Socket activation that can't be served; the daemon exits with `message`.
package struct ActivationFault: Error, Sendable {
    package var message: String
}
