// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// An HTTP/1.1 server that does what a test says, byte by byte: each connection gets a thread that runs the test's script.
final class TestServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let acceptedCount = Counter()

    init(_ script: @escaping @Sendable (Peer) -> Void) {
        (listener, port) = Self.bound()
        let (listener, acceptedCount) = (listener, acceptedCount)
        precondition(listen(listener, 1024) == 0)
        Thread.detachNewThread {
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 { break }
                acceptedCount.increment()
                Thread.detachNewThread {
                    let peer = Peer(descriptor)
                    script(peer)
                    peer.close()
                }
            }
            Glibc.close(listener)
        }
    }

    /// A socket at a free port of the loopback interface.
    static func bound() -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(bind(descriptor, $0, length) == 0)
                getsockname(descriptor, $0, &length)
            }
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// Answers each request on a connection with what `answer` makes of it.
    static func answering(_ answer: @escaping @Sendable (TestRequest) -> String) -> TestServer {
        TestServer { peer in while let request = peer.request() { peer.send(answer(request)) } }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    var url: String { "http://127.0.0.1:\(port)" }
    /// Connections so far.
    var accepted: Int { acceptedCount.value }
}

struct TestRequest: Sendable {
    var line: String
    var fields: [String]
    var body: [UInt8]
    func value(_ name: String) -> String? {
        fields.first { $0.lowercased().hasPrefix(name + ":") }.map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
    }
}

/// The server's end of one connection; used by its own thread.
final class Peer {
    private var descriptor: Int32
    private var unread: [UInt8] = []

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// The next request, or nil at the end of the connection.
    func request() -> TestRequest? {
        var end = headEnd()
        while end == nil {
            if !receive() { return nil }
            end = headEnd()
        }
        guard let end else { return nil }
        let lines = String(decoding: unread[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        unread.removeFirst(end + 4)
        var request = TestRequest(line: lines[0], fields: Array(lines.dropFirst()), body: [])
        let length = request.value("content-length").flatMap { Int($0) } ?? 0
        while unread.count < length { if !receive() { return nil } }
        request.body = Array(unread.prefix(length))
        unread.removeFirst(length)
        return request
    }

    /// Blocks until the client has closed its side.
    func waitForEnd() { while receive() {} }

    /// False when the client is gone.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        return bytes.withUnsafeBytes { buffer in
            while sent < buffer.count {
                let count = Glibc.send(descriptor, buffer.baseAddress! + sent, buffer.count - sent, Int32(MSG_NOSIGNAL))
                if count <= 0 { return false }
                sent += count
            }
            return true
        }
    }

    /// Each byte in a packet of its own.
    func sendSlowly(_ text: String) {
        for byte in text.utf8 {
            send([byte])
            usleep(200)
        }
    }

    /// Answers with a TCP reset instead of an orderly end.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        close()
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { unread.append(contentsOf: buffer[..<count]) }
        return count > 0
    }

    private func headEnd() -> Int? {
        unread.indices.first { unread[$0...].starts(with: Array("\r\n\r\n".utf8)) }
    }
}

final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func increment() { count.add(1, ordering: .relaxed) }
}

/// Something that a server's thread reports once and a test waits for.
final class Latch: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func open() {
        let waiters = state.withLock { state in
            defer { state = (true, []) }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { waiter in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }

    /// For a server's thread.
    func block() { while !state.withLock({ $0.isOpen }) { usleep(500) } }
}
