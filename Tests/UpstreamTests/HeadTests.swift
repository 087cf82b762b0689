// SPDX-License-Identifier: Apache-2.0
import CCurl
import GatewayEngine
import GatewayModel
import Testing

@testable import Upstream

@Suite struct ReceivedHeadTests {
    private func receive(_ lines: [String]) -> (head: ReceivedHead, isFine: Bool) {
        var head = ReceivedHead()
        var isFine = true
        for line in lines {
            var line = line
            isFine = line.withUTF8 { head.receive(UnsafeRawBufferPointer($0)) } && isFine
        }
        return (head, isFine)
    }

    @Test func `fields keep their order and values, names lose their case`() {
        let (head, isFine) = receive([
            "HTTP/2 200 \r\n", "Content-Type: text/event-stream; charset=UTF-8\r\n", "X-Empty:\r\n", "x-colon: a:b\r\n",
            "X-Latin: \u{e9}\n",
            "X-Empty: again\r\n", "\r\n",
        ])
        #expect(isFine && head.isComplete)
        #expect(
            head.head.fields == [
                HTTPField("content-type", "text/event-stream; charset=UTF-8"), HTTPField("x-empty", ""),
                HTTPField("x-colon", "a:b"), HTTPField("x-latin", "\u{e9}"), HTTPField("x-empty", "again"),
            ])
        #expect(head.value("x-colon") == "a:b")
        #expect(head.value("x-empty") == "")
        #expect(head.value("content") == nil)
    }

    @Test func `a folded line continues the value, a line without a name is dropped`() {
        let (head, isFine) = receive([
            "HTTP/1.1 200 OK\r\n", " lost\r\n", "x-a: one\r\n", "\ttwo\r\n", "no name at all\r\n", "x-b: three\r\n", "\r\n",
        ])
        #expect(isFine)
        #expect(head.head.fields == [HTTPField("x-a", "one\ttwo"), HTTPField("x-b", "three")])
    }

    @Test(arguments: ["HTTP/1.1 20", "HTTP/1.1 2x0 OK", "HTTP/1.1 099 No", "HTTP/1.1"])
    func `a status line without a status is refused`(line: String) {
        #expect(!receive([line + "\r\n", "\r\n"]).isFine)
    }

    @Test func `what follows the head is not part of it, and a reset head is empty`() {
        var (head, _) = receive([
            "HTTP/1.1 100 Continue\r\n", "x-i: 1\r\n", "\r\n", "HTTP/1.1 204 No\r\n", "\r\n", "x-trailer: 1\r\n", "\r\n",
        ])
        #expect(head.isComplete)
        #expect(head.status == 204)
        #expect(head.head.fields.isEmpty)
        head.reset()
        #expect(!head.isComplete && head.status == 0)
    }
}

@Suite struct HeaderListTests {
    private func lines(_ list: borrowing HeaderList) -> [String] {
        var lines: [String] = []
        var node = list.first
        while let present = node {
            lines.append(String(cString: present.pointee.data))
            node = present.pointee.next
        }
        return lines
    }

    @Test func `a list can be filled again and again, and wiping leaves no trace of the credential`() throws {
        var list = HeaderList(userAgent: "test/1")
        #expect(lines(list).isEmpty)
        for count in [1, 40, 3, 0] {
            let fields = (0..<count).map { HTTPField("x-\($0)", String(repeating: "v", count: $0 * 40)) }
            try list.fill(.post("http://h", fields: fields, credential: .test("sk-canary", fieldName: "x-api-key", prefix: "")))
            let expected = fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
            let own = ["content-type: application/json", "Accept:", "User-Agent: test/1", "x-api-key: sk-canary"]
            #expect(lines(list) == ["Expect:"] + expected + own)
            list.wipe()
            #expect(lines(list).last == "")
            #expect(!lines(list).joined().contains("canary"))
        }
    }

    @Test func `the credential is gone as soon as the head is there`() async throws {
        let rest = Latch()
        let server = TestServer { peer in
            let seen = peer.request()?.value("authorization") ?? "none"
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(seen.utf8.count)\r\n\r\n")
            rest.block()
            peer.send(seen)
        }
        try await withTransport { transport in
            let exchange = try await transport.open(.post(server.url, credential: .test("sk-canary"))) as! CurlExchange
            #expect(!lines(exchange.transfer.lines).joined().contains("canary"))
            rest.open()
            let seen = try await exchange.collect(limit: 100)
            #expect(String(decoding: seen, as: UTF8.self) == "Bearer sk-canary")
        }
    }
}

@Suite struct DeadlineTests {
    @Test func `the next limit is the earliest that still counts`() {
        let both = Deadlines(UpstreamTimeouts(firstByteMilliseconds: 5, totalMilliseconds: 9), clock: { 1_000_000 })
        #expect(both.next(headArrived: false) == 6_000_000)
        #expect(both.next(headArrived: true) == 10_000_000)
        #expect(both.passed(now: 5_999_999, headArrived: false) == nil)
        #expect(both.passed(now: 6_000_000, headArrived: false) == .firstByte(milliseconds: 5))
        #expect(both.passed(now: 6_000_000, headArrived: true) == nil)
        #expect(both.passed(now: 10_000_000, headArrived: false) == .total(milliseconds: 9))
    }

    @Test(arguments: [0, -1, Int.max, Int.max / 1_000_000])
    func `no limit, a negative one and one beyond the clock are none, and ask no clock in vain`(milliseconds: Int) {
        let timeouts = UpstreamTimeouts(firstByteMilliseconds: milliseconds, totalMilliseconds: milliseconds)
        let deadlines = Deadlines(timeouts, clock: { UInt64.max - 10 })
        #expect(deadlines.next(headArrived: false) == nil)
        #expect(deadlines.passed(now: .max, headArrived: false) == nil)
    }
}
