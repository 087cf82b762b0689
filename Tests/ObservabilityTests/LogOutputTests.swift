// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import Testing

@testable import Observability

private let clock = GatewayClock(monotonicNanoseconds: { 0 }, wallMilliseconds: { 0 })

/// A pipe's two ends; both are closed with the value.
private final class Channel {
    let reading: Int32
    let writing: Int32
    init() {
        var ends: [Int32] = [0, 0]
        _ = pipe(&ends)
        (reading, writing) = (ends[0], ends[1])
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    }
    deinit {
        close(reading)
        close(writing)
    }
    /// Everything that stands in it now, as lines.
    func lines() -> [String] {
        var text: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 1 << 17)
        while case let count = read(reading, &room, room.count), count > 0 { text += room[..<count] }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// The journal's end of its socket.
private final class Journal {
    let path: String
    private let directory: String
    private let descriptor: Int32
    init() throws {
        var template = Array("/tmp/wicket-log-XXXXXX".utf8CString)
        directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        path = directory + "/journal"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }
    deinit {
        close(descriptor)
        try? FileManager.default.removeItem(atPath: directory)
    }
    /// The next datagram that stands in it, or nil.
    func next() -> String? {
        var room = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &room, room.count, 0)
        return count > 0 ? String(decoding: room[..<count], as: UTF8.self) : nil
    }
}

@Suite struct LogOutputTests {
    @Test func `events below the level are not even evaluated, and the level can change`() {
        let channel = Channel()
        let logger = Logger(output: LogOutput(form: .lines, descriptor: channel.writing, level: .notice), clock: clock)
        func unwanted() -> LogValue {
            Issue.record("evaluated")
            return 0
        }
        logger.info("no", ["a": unwanted()])
        logger.notice("yes")
        logger.level = .debug
        logger.debug("now")
        #expect(channel.lines().map { $0.split(separator: " ").last ?? "" } == ["msg=yes", "msg=now"])
    }

    @Test func `a reader that does not read loses events, is told how many, and never stops the writer`() {
        let channel = Channel()
        let logger = Logger(output: LogOutput(form: .lines, descriptor: channel.writing), clock: clock)
        let filler = LogValue.text(String(repeating: "x", count: 900))
        for _ in 0..<200 { logger.info("fill", ["x": filler]) }
        let arrived = channel.lines().count
        #expect(arrived > 0 && arrived < 200)
        logger.info("after")
        let rest = channel.lines()
        #expect(rest.count == 2)
        #expect(rest[0].contains("dropped") && rest[0].hasSuffix("count=\(200 - arrived)"))
        #expect(rest[1].hasSuffix("msg=after"))
    }

    @Test func `lines of several threads never mix`() {
        let channel = Channel()
        let logger = Logger(output: LogOutput(form: .lines, descriptor: channel.writing), clock: clock)
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for _ in 0..<20 { logger.info("m", ["thread": .integer(thread)]) }
        }
        let lines = channel.lines()
        #expect(lines.count == 80)
        #expect(lines.allSatisfy { $0.hasPrefix("time=1970-01-01T00:00:00.000Z level=info msg=m thread=") })
    }

    @Test func `the journal gets datagrams, and its stream what its socket can't take`() throws {
        let journal = try Journal()
        let channel = Channel()
        let logger = Logger(output: LogOutput(form: .journal(socket: journal.path), descriptor: channel.writing), clock: clock)
        logger.error("It failed", ["key": "sk-abcdefgh12345678"])
        #expect(journal.next() == "PRIORITY=3\nSYSLOG_IDENTIFIER=wicketd\nMESSAGE=It failed key=sk-***\nWICKET_KEY=sk-***\n")
        #expect(channel.lines().isEmpty)
        unlink(journal.path)
        logger.error("Again")
        #expect(channel.lines() == ["<3>Again"])
    }

    @Test func `a full journal loses events, is told how many, and never stops the writer`() throws {
        let journal = try Journal()
        let channel = Channel()
        let logger = Logger(output: LogOutput(form: .journal(socket: journal.path), descriptor: channel.writing), clock: clock)
        for _ in 0..<1000 { logger.info("fill") }
        var arrived = 0
        while journal.next() != nil { arrived += 1 }
        #expect(arrived > 0 && arrived < 1000)
        logger.info("after")
        #expect(journal.next()?.contains("WICKET_COUNT=\(1000 - arrived)\n") == true)
        #expect(journal.next()?.contains("MESSAGE=after\n") == true)
        #expect(channel.lines().isEmpty)
    }

    @Test func `standard error is the journal only if it is the stream that systemd named`() {
        let channel = Channel()
        var status = stat()
        #expect(fstat(channel.writing, &status) == 0)
        let (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
        #expect(isJournalStream("\(device):\(inode)", descriptor: channel.writing))
        for variable in [
            nil, "", "\(device)", "\(device):\(inode + 1)", "\(device + 1):\(inode)", "\(device):\(inode):1", "x:\(inode)",
        ] {
            #expect(!isJournalStream(variable, descriptor: channel.writing))
        }
        #expect(!isJournalStream("\(device):\(inode)", descriptor: -1))
    }
}
