// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Reactor
import Testing

@testable import Upstream

@Suite struct CancelTests {
    /// A server that answers with the given bytes and then waits until the client is gone.
    private func server(_ answer: String, asked: Latch, gone: Latch) -> TestServer {
        TestServer { peer in
            if peer.request() == nil { return }
            peer.send(answer)
            asked.open()
            peer.waitForEnd()
            gone.open()
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"])
    func `cancelling takes the transfer off before the call returns, and the server sees it`(answer: String) async throws {
        let (asked, gone) = (Latch(), Latch())
        let server = server(answer, asked: asked, gone: gone)
        try await withTransport { transport in
            let answers = Answers()
            let task = transport.start(.post(server.url), answers)
            await asked.wait()
            #expect(transport.statistics.inFlight == 1)
            task.cancel()
            #expect(transport.statistics == UpstreamStatistics(connections: 0, inFlight: 0, waiting: 0))
            await gone.wait()
            await task.value
            #expect(answers.texts == ["The call was cancelled."])
        }
    }

    @Test func `cancelling from another thread does the same`() async throws {
        let (asked, gone) = (Latch(), Latch())
        let server = server("", asked: asked, gone: gone)
        try await withTransport { transport in
            let answers = Answers()
            let task = transport.start(.post(server.url), answers)
            await asked.wait()
            Task.detached { task.cancel() }
            await gone.wait()
            await task.value
            #expect(answers.texts == ["The call was cancelled."])
        }
    }

    @Test func `a task that was cancelled before sends nothing`() async throws {
        let server = TestServer { _ in }
        try await withTransport { transport in
            let task = transport.reactor.spawn {
                withUnsafeCurrentTask { $0?.cancel() }
                let failure = await transport.refusal(of: .post(server.url))
                #expect(failure?.code == .cancelled)
            }
            await task.value
        }
        #expect(server.accepted == 0)
    }

    @Test func `dropping an exchange cancels it, and so does cancel, as often as one likes`() async throws {
        for isDropped in [true, false] {
            let (asked, gone) = (Latch(), Latch())
            let server = server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart", asked: asked, gone: gone)
            try await withTransport { transport in
                var exchange: (any UpstreamExchange)? = try await transport.open(.post(server.url))
                if isDropped {
                    exchange = nil
                } else {
                    exchange?.cancel()
                    exchange?.cancel()
                    let failure = await ending { () async throws(GatewayFailure) in
                        var buffer: [UInt8] = []
                        _ = try await exchange?.read(into: &buffer)
                    }
                    #expect(failure?.code == .cancelled)
                }
                #expect(transport.statistics.inFlight == 0)
                await gone.wait()
                // The handle that it used serves the next one.
                let next = await transport.refusal(of: .post("http://127.0.0.1:1"))
                #expect(next?.code == .upstreamUnreachable)
            }
        }
    }

    /// At all stages: while connecting, while sending, before and after the head. Descriptor numbers go round all the time.
    @Test func `a transport survives cancellations at any moment`() async throws {
        let server = TestServer { peer in
            while peer.request() != nil { peer.sendSlowly("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") }
        }
        try await withTransport { transport in
            for round in 0..<60 {
                let answers = Answers()
                let tasks = (0..<8).map { _ in transport.start(.post(server.url), answers) }
                for (index, task) in tasks.enumerated() where index % 2 == round % 2 {
                    try await transport.reactor.sleep(nanoseconds: UInt64(round) * 100_000)
                    task.cancel()
                }
                for task in tasks { await task.value }
                #expect(answers.texts.allSatisfy { $0 == "hello" || $0 == "The call was cancelled." })
                #expect(answers.texts.filter { $0 == "hello" }.count >= 4)
            }
            #expect(transport.statistics.inFlight == 0)
        }
    }

    @Test func `a closed transport has ended everything and opens nothing`() async throws {
        let (asked, gone) = (Latch(), Latch())
        let server = server("", asked: asked, gone: gone)
        try await withTransport { transport in
            let answers = Answers()
            let task = transport.start(.post(server.url), answers)
            await asked.wait()
            transport.close()
            await task.value
            #expect(answers.texts == ["The call was cancelled."])
            #expect(transport.statistics == UpstreamStatistics(connections: 0, inFlight: 0, waiting: 0))
            let failure = await transport.refusal(of: .post(server.url))
            #expect(failure?.code == .internalError)
            await gone.wait()
        }
    }
}
