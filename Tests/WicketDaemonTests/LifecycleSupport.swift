// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A directory that goes away with the value.
final class TemporaryDirectory {
    let path: String
    init() throws {
        var template = Array("/tmp/wicket-test-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

private func address(_ path: String) -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    return address
}

private func withAddress<Result>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: address(path)) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
}

/// A service manager's end of the notify socket.
final class NotifySocket {
    let path: String
    private let descriptor: Int32

    init(in directory: TemporaryDirectory) throws {
        path = directory.path + "/notify"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(withAddress(path) { bind(descriptor, $0, $1) } == 0)
        // A missing message fails the test instead of stopping it for ever.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// The assignments of the next message, nil when none came.
    func next() -> [String]? {
        var room = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &room, room.count, 0)
        guard count > 0 else { return nil }
        return String(decoding: room[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// What a listener says to one who connects; waits for the listener to be there.
func greeting(from path: String) -> String? {
    for _ in 0..<200 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        guard withAddress(path, { connect(descriptor, $0, $1) }) == 0 else {
            usleep(50_000)
            continue
        }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var room = [UInt8](repeating: 0, count: 64)
        let count = recv(descriptor, &room, room.count, 0)
        return count > 0 ? String(decoding: room[..<count], as: UTF8.self) : nil
    }
    return nil
}

/// The probe as a process of its own; ended with the value.
final class Probe {
    let process = Process()
    private let output = Pipe()
    private var said = Data()

    /// - Parameter wrapper: a program and its arguments that start the probe.
    init(environment: [String: String] = [:], wrapper: [String] = []) throws {
        let probe = Bundle.allBundles.compactMap(\.executableURL).map { $0.deletingLastPathComponent() }
            .map { $0.appending(path: "LifecycleProbe").path }.first { FileManager.default.isExecutableFile(atPath: $0) }
        let path = try #require(probe ?? Self.besideTests())
        let command = wrapper + [path]
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    private static func besideTests() -> String? {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let path = tests.appending(path: "LifecycleProbe").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    /// Returns once it has said something.
    func waitForOutput() { said += output.fileHandleForReading.availableData }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Everything it said, after it has ended, and its exit code. One that does not end is killed, so that the test fails.
    func end() -> (output: String, status: Int32) {
        let killer = DispatchWorkItem { [process] in kill(process.processIdentifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 20, execute: killer)
        defer { killer.cancel() }
        let text = String(decoding: said + output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (text, process.terminationStatus)
    }
}

/// Sends a datagram, once the socket is there.
func poke(_ path: String) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    for _ in 0..<200 {
        if withAddress(path, { sendto(descriptor, "x", 1, 0, $0, $1) }) == 1 { return }
        usleep(50_000)
    }
}
