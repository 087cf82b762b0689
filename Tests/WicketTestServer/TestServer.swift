// SPDX-License-Identifier: Apache-2.0
import Glibc
import JSONRPC
import Synchronization
package import WicketClient

/// A daemon's stand-in whose every line the test writes itself: it hands out what clients send, and sends what it is told to.
/// The socket is a real one, in a directory of its own.
package final class TestServer: Sendable {
    package let path: String
    private let listener: Int32
    private let connections = Mutex<[Int32]>([])
    private let messages: AsyncStream<WicketValue?>
    private let continuation: AsyncStream<WicketValue?>.Continuation

    package init(path: String? = nil) throws {
        self.path = path ?? TestServer.freshPath()
        (messages, continuation) = AsyncStream.makeStream()
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: self.path.utf8.prefix($0.count - 1)) }
        let status = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(listener, 64) == 0 else {
            throw WicketError(type: "test", message: "cannot listen at \(self.path)")
        }
        run { self.accept() }
    }

    /// A path where no socket is yet.
    package static func freshPath() -> String { SocketDirectory.freshPath() }

    /// The next message that any client sent; nil when one hung up.
    package func receive() async -> WicketValue? {
        var iterator = messages.makeAsyncIterator()
        return await iterator.next() ?? nil
    }

    /// Sends a line to the client that connected last.
    package func send(_ line: String) {
        guard let connection = connections.withLock({ $0.last }) else { return }
        write(connection, Array((line + "\n").utf8))
    }

    package func reply(_ request: WicketValue?, result: String) {
        send("{\"jsonrpc\":\"2.0\",\"id\":\(request?["id"].json ?? "null"),\"result\":\(result)}")
    }

    package func reply(_ request: WicketValue?, error: String) {
        send("{\"jsonrpc\":\"2.0\",\"id\":\(request?["id"].json ?? "null"),\"error\":\(error)}")
    }

    package func chunk(_ request: WicketValue?, _ chunk: String) {
        let params = "{\"id\":\(request?["id"].json ?? ""),\"chunk\":\(chunk)}"
        send("{\"jsonrpc\":\"2.0\",\"method\":\"chat.completions.chunk\",\"params\":\(params)}")
    }

    /// Hangs up on everybody.
    package func hangUp() {
        for connection in connections.withLock({ $0 }) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    /// Answers each request by `respond`, which gets it and this server, until the test ends.
    package func serve(_ respond: @escaping @Sendable (WicketValue, TestServer) -> Void) {
        Task {
            for await message in messages {
                if let message { respond(message, self) }
            }
        }
    }

    private func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { return }
            connections.withLock { $0.append(connection) }
            run { self.read(connection) }
        }
    }

    private func read(_ connection: Int32) {
        var splitter = LineSplitter(limit: 1 << 30)
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(connection, &buffer, buffer.count)
            guard count > 0 else { break }
            buffer.withUnsafeBytes { splitter.receive(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            while case .complete(let line)? = splitter.nextLine() {
                continuation.yield(try? WicketValue(json: String(decoding: line, as: UTF8.self)))
            }
        }
        connections.withLock { $0.removeAll { $0 == connection } }
        close(connection)
        continuation.yield(nil)
    }

    private func write(_ connection: Int32, _ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.send(connection, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}

private func run(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    pthread_create(&thread, nil, { pointer in
        pointer.map { Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() }
        return nil
    }, box.toOpaque())
    pthread_detach(thread)
}

private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
