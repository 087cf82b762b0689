// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Testing

@testable import Upstream

@Suite struct FailureTests {
    /// What went wrong with one request to a server that runs `script`, and whether the head came first.
    private func outcome(
        _ timeouts: UpstreamTimeouts = UpstreamTimeouts(), of server: TestServer
    ) async throws -> (failure: GatewayFailure?, body: String, hadHead: Bool) {
        try await withTransport { transport in
            var (body, hadHead) = ([UInt8](), false)
            let failure = await ending { () async throws(GatewayFailure) in
                let exchange = try await transport.open(
                    .post(server.url + "/v1?key=canary", credential: .test("sk-canary"), timeouts: timeouts))
                hadHead = true
                var buffer: [UInt8] = []
                while try await exchange.read(into: &buffer) { body += buffer }
            }
            #expect(transport.statistics.inFlight == 0)
            #expect(failure?.message.contains("canary") != true)
            return (failure, String(decoding: body, as: UTF8.self), hadHead)
        }
    }

    @Test func `a refused connection is unreachable, and the message names the host`() async throws {
        let failure = try await withTransport { transport in
            await transport.refusal(of: .post("http://127.0.0.1:1/v1?key=canary"))
        }
        #expect(failure?.code == .upstreamUnreachable)
        #expect(failure?.retryable == true)
        #expect(failure?.message.hasPrefix("127.0.0.1:1 could not be reached: Failed to connect") == true)
        #expect(failure?.message.contains("canary") == false)
    }

    @Test func `a name that does not exist is unreachable`() async throws {
        let failure = try await withTransport { transport in
            await transport.refusal(of: .post("http://nowhere.invalid/"))
        }
        #expect(failure?.code == .upstreamUnreachable)
        #expect(failure?.message.contains("resolve") == true)
    }

    static let withoutAnswer: [(String, @Sendable (Peer) -> Void)] = [
        ("closes at once", { _ in }),
        ("closes after the request", { _ = $0.request() }),
        ("resets", { peer in
            _ = peer.request()
            peer.reset()
        }),
        ("stops within the head", { peer in
            _ = peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Le")
        }),
        ("sends only an interim head", { peer in
            _ = peer.request()
            peer.send("HTTP/1.1 100 Continue\r\n\r\n")
        }),
        ("does not speak HTTP", { peer in
            _ = peer.request()
            peer.send("220 mail.example ESMTP\r\n")
        }),
        ("has a status that is no number", { peer in
            _ = peer.request()
            peer.send("HTTP/1.1 2x0 OK\r\n\r\n")
        }),
        ("sends a head without end", { peer in
            _ = peer.request()
            let filler = "X-Filler: \(String(repeating: "x", count: 90))\r\n"
            peer.send("HTTP/1.1 200 OK\r\n" + String(repeating: filler, count: 6000))
        }),
    ]

    @Test(arguments: 0..<withoutAnswer.count)
    func `a connection that ends without an answer is unreachable`(number: Int) async throws {
        let (what, script) = Self.withoutAnswer[number]
        let (failure, _, hadHead) = try await outcome(of: TestServer(script))
        #expect(failure?.code == .upstreamUnreachable, "\(what)")
        #expect(failure?.message.contains("could not be reached") == true, "\(what)")
        #expect(!hadHead)
    }

    static let cutShort: [(String, @Sendable (Peer) -> Void)] = [
        ("by length", { peer in
            _ = peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
        }),
        ("within a chunk", { peer in
            _ = peer.request()
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\npart")
        }),
        ("between chunks", { peer in
            _ = peer.request()
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")
        }),
        ("by nonsense in place of a chunk", { peer in
            _ = peer.request()
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\nnonsense\r\n")
        }),
    ]

    @Test(arguments: 0..<cutShort.count)
    func `a body that ends too early gives what came, then says that it was cut short`(number: Int) async throws {
        let (what, script) = Self.cutShort[number]
        let (failure, body, hadHead) = try await outcome(of: TestServer(script))
        #expect(hadHead)
        #expect(body == "part", "\(what)")
        #expect(failure?.code == .upstreamUnreachable, "\(what)")
        #expect(failure?.message.contains("was cut short") == true, "\(what): \(failure?.message ?? "")")
        let collected = try await withTransport { transport in
            let server = TestServer(script)
            return await ending { () async throws(GatewayFailure) in _ = try await transport.fetch(.post(server.url)) }
        }
        #expect(collected?.message.contains("was cut short") == true)
    }

    @Test func `silence after the request is a first-byte timeout, silence after the head a total one`() async throws {
        let silent = TestServer { peer in
            _ = peer.request()
            peer.waitForEnd()
        }
        let stuck = TestServer { peer in
            _ = peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
            peer.waitForEnd()
        }
        let limits = UpstreamTimeouts(firstByteMilliseconds: 40, totalMilliseconds: 80)
        let first = try await outcome(limits, of: silent)
        #expect(first.failure?.code == .upstreamTimeout)
        #expect(first.failure?.message.contains("within 40 ms (first-byte timeout)") == true)
        let second = try await outcome(limits, of: stuck)
        #expect(second.failure?.code == .upstreamTimeout)
        #expect(second.failure?.message.contains("within 80 ms (total timeout)") == true)
        #expect(second.body == "part")
        let onlyTotal = try await outcome(UpstreamTimeouts(totalMilliseconds: 40), of: silent)
        #expect(onlyTotal.failure?.message.contains("within 40 ms (total timeout)") == true)
    }

    /// The server takes the connection and never answers the handshake.
    @Test func `a handshake that does not end is a host that is not reached`() async throws {
        let server = TestServer { $0.waitForEnd() }
        let failure = try await withTransport { transport in
            let request = UpstreamRequest.post(
                "https://127.0.0.1:\(server.port)/",
                timeouts: UpstreamTimeouts(connectMilliseconds: 40, totalMilliseconds: 60_000))
            return await transport.refusal(of: request)
        }
        #expect(failure?.code == .upstreamUnreachable)
        #expect(failure?.message.contains("within 40 ms (connect timeout)") == true)
    }
}
