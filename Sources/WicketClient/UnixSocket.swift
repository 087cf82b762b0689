// SPDX-License-Identifier: Apache-2.0
import Glibc
import WicketProtocol

/// A connected Unix stream socket with blocking calls. Closed when the last reference goes, so that its number cannot come to
/// belong to another file while a thread still reads from it.
final class UnixSocket: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    /// Connects, and goes on trying for `patience` while nothing listens there: a daemon that was just started needs a moment.
    static func connect(to path: String, patience: Duration) async throws -> UnixSocket {
        let giveUp = ContinuousClock.now + patience
        var pause = Duration.milliseconds(5)
        while true {
            let failure: Int32
            switch open(path) {
            case .success(let socket): return socket
            case .failure(let error): failure = error.number
            }
            guard failure == ENOENT || failure == ECONNREFUSED else { throw error(failure, path) }
            if ContinuousClock.now + pause > giveUp { throw WicketError.noDaemon(at: path) }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(100))
        }
    }

    /// Writes all of it; false when the connection is gone.
    func write(_ bytes: [UInt8]) -> Bool {
        let withoutSignal = Int32(MSG_NOSIGNAL)
        return bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress
                let written = Glibc.send(descriptor, start, rest.count, withoutSignal)
                if written < 0, errno == EINTR { continue }
                if written <= 0 { return false }
                rest = rest.dropFirst(written)
            }
            return true
        }
    }

    /// Waits for bytes; 0 when the connection is gone.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            return max(count, 0)
        }
    }

    /// Wakes a thread that waits in `read`; nothing goes in or out any more.
    func shutDown() { _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

    private struct Failure: Error { let number: Int32 }

    private static func open(_ path: String) -> Result<UnixSocket, Failure> {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .failure(Failure(number: errno)) }
        let socket = UnixSocket(descriptor)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let copied = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard copied else { return .failure(Failure(number: ENAMETOOLONG)) }
        let status = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Glibc.connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return status == 0 ? .success(socket) : .failure(Failure(number: errno))
    }

    private static func error(_ number: Int32, _ path: String) -> WicketError {
        let reason = String(cString: strerror(number))
        switch number {
        case EACCES:
            return WicketError(
                type: "connection_failed",
                message: "The socket \(path) is not open to this user (\(reason)); run this as the user of the daemon.")
        case ENAMETOOLONG:
            return WicketError(
                type: "socket_path", message: "The socket path \(path) is longer than \(SocketPath.maximumBytes) bytes.")
        default:
            return WicketError(type: "connection_failed", message: "Connecting to \(path) failed: \(reason).")
        }
    }
}
