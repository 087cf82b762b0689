// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Glibc
import Reactor
import Testing

@testable import Upstream

@Suite struct ResponseTests {
    @Test func `interim heads are skipped, names come in lower case and in order, trailers do not count`() async throws {
        let server = TestServer { peer in
            while peer.request() != nil {
                peer.send("HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n")
                peer.send("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nX-B:  two \r\nx-b: three\r\n")
                peer.send("Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n")
            }
        }
        try await withTransport { transport in
            let exchange = try await transport.open(.post(server.url))
            let body = try await exchange.collect(limit: 100)
            #expect(exchange.status == 429)
            #expect(exchange.value("x-b") == "two")
            #expect(exchange.value("x") == nil)
            #expect(
                exchange.head.fields == [
                    HTTPField("retry-after", "7"), HTTPField("x-b", "two"), HTTPField("x-b", "three"),
                    HTTPField("transfer-encoding", "chunked"),
                ])
            #expect(body == Array("ok".utf8))
        }
    }

    @Test func `a body that comes byte by byte is read as it comes and collected whole`() async throws {
        let text = "data: {\"a\":1}\n\ndata: [DONE]\n\n"
        let server = TestServer { peer in
            while peer.request() != nil {
                peer.sendSlowly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                peer.sendSlowly(chunked([String(text.prefix(9)), String(text.dropFirst(9))]))
            }
        }
        try await withTransport { transport in
            let exchange = try await transport.open(.post(server.url))
            var pieces: [[UInt8]] = []
            var buffer: [UInt8] = []
            while try await exchange.read(into: &buffer) { pieces.append(buffer) }
            #expect(String(decoding: pieces.joined(), as: UTF8.self) == text)
            #expect(pieces.count > 1)
            #expect(buffer.isEmpty)
            let more = try await exchange.read(into: &buffer)
            #expect(!more)
            let whole = try await transport.fetch(.post(server.url)).body
            #expect(whole == text)
        }
    }

    @Test func `a redirect is an answer like any other`() async throws {
        let server = TestServer.answering { _ in
            response("", status: "307 Temporary Redirect", fields: "Location: /elsewhere\r\n")
        }
        try await withTransport { transport in
            let (head, _) = try await transport.fetch(.post(server.url))
            #expect(head.status == 307)
            #expect(head.value("location") == "/elsewhere")
        }
        #expect(server.accepted == 1)
    }

    @Test func `requests one after another share a connection, also after the server closed one`() async throws {
        let server = TestServer { peer in
            for _ in 0..<10 { if peer.request() != nil { peer.send(response("hello")) } }
        }
        try await withTransport { transport in
            for _ in 0..<30 {
                let body = try await transport.fetch(.post(server.url)).body
                #expect(body == "hello")
            }
        }
        #expect(server.accepted == 3)
    }

    /// Its descriptor stays readable for as long as curl has not looked at it.
    @Test func `an idle connection that the server has closed does not keep the loop awake`() async throws {
        let server = TestServer { peer in if peer.request() != nil { peer.send(response("bye")) } }
        try await withTransport { transport in
            let body = try await transport.fetch(.post(server.url)).body
            #expect(body == "bye")
            try await transport.reactor.sleep(nanoseconds: 20_000_000)
            let turns = transport.reactor.turns
            for _ in 0..<20 { try await transport.reactor.sleep(nanoseconds: 1_000_000) }
            #expect(transport.reactor.turns - turns < 200)
            let again = try await transport.fetch(.post(server.url)).body
            #expect(again == "bye")
        }
    }

    /// The server answers none before it has all.
    @Test func `an HTTP/1.1 host gets as many requests at a time as there are`() async throws {
        let arrived = Counter()
        let server = TestServer { peer in
            guard peer.request() != nil else { return }
            arrived.increment()
            while arrived.value < 64 { usleep(500) }
            peer.send(response("all here"))
        }
        try await withTransport { transport in
            let answers = await transport.fetch(64, .post(server.url))
            #expect(answers == Array(repeating: "all here", count: 64))
        }
    }

    /// 32 MB that nobody reads at first.
    @Test func `a body that is not read is paused, in bounded memory, and then read whole`() async throws {
        let size = 32 << 20
        let server = TestServer { peer in
            guard peer.request() != nil else { return }
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            let block = (0..<65536).map { UInt8(truncatingIfNeeded: $0 % 251) }
            for _ in 0..<(size / 65536) { peer.send(block) }
        }
        let (total, largest, sum) = try await withTransport { transport in
            let exchange = try await transport.open(.post(server.url)) as! CurlExchange
            await transport.wait { exchange.transfer.isPaused }
            var (total, largest, sum) = (0, 0, 0)
            var buffer: [UInt8] = []
            while try await exchange.read(into: &buffer) {
                largest = max(largest, buffer.count)
                total += buffer.count
                for byte in buffer { sum += Int(byte) }
                if total % 7 == 0 { await transport.wait { exchange.transfer.isPaused || exchange.transfer.isOver } }
            }
            return (total, largest, sum)
        }
        #expect(total == size)
        #expect(sum == (0..<65536).reduce(0) { $0 + $1 % 251 } * (size / 65536))
        #expect(largest < (64 << 10) + (16 << 10))
    }

    @Test func `a body without end is cut off at the limit`() async throws {
        let gone = Latch()
        let server = TestServer { peer in
            _ = peer.request()
            peer.send("HTTP/1.1 200 OK\r\n\r\n")
            while peer.send([UInt8](repeating: 0x78, count: 65536)) {}
            gone.open()
        }
        try await withTransport { transport in
            let refusal = await ending { () async throws(GatewayFailure) in
                _ = try await transport.fetch(.post(server.url), limit: 1 << 20)
            }
            #expect(refusal?.code == .upstreamError)
            await gone.wait()
        }
    }

    @Test(arguments: [true, false])
    func `a body over the limit is an upstream error, and is not kept`(isAnnounced: Bool) async throws {
        let text = String(repeating: "x", count: 100_000)
        let server = TestServer.answering { _ in
            isAnnounced ? response(text) : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked([text, text])
        }
        try await withTransport { transport in
            let refusal = await ending { () async throws(GatewayFailure) in
                _ = try await transport.fetch(.post(server.url), limit: 99_999)
            }
            #expect(refusal?.code == .upstreamError)
            #expect(refusal?.message.contains("99999 bytes") == true)
            #expect(transport.statistics.inFlight == 0)
            let exact = try await transport.fetch(.post(server.url), limit: isAnnounced ? 100_000 : 200_000)
            #expect(exact.body.utf8.count == (isAnnounced ? 100_000 : 200_000))
        }
    }
}
