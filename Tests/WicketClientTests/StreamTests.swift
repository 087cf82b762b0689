// SPDX-License-Identifier: Apache-2.0
import Testing
import WicketClient
import WicketTestServer

@Suite(.timeLimit(.minutes(1)))
struct StreamTests {
    private let params: WicketValue = ["request": ["model": "local/echo", "stream": false], "options": ["trace_id": "t"]]

    @Test func `a stream asks for one, gives its chunks in order and keeps the reply that closed it`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        let stream = try client.stream("chat.completions.create", params)
        let request = await server.receive()
        #expect(request?["params"].json == #"{"request":{"model":"local/echo","stream":true},"options":{"trace_id":"t"}}"#)
        for number in 0..<100 { server.chunk(request, "{\"n\":\(number)}") }
        server.reply(request, result: #"{"response":null,"gateway":{"provider":"local"}}"#)
        var numbers: [Int] = []
        for try await chunk in stream { numbers.append(chunk["n"].int ?? -1) }
        #expect(numbers == Array(0..<100))
        #expect(stream.result["gateway"]["provider"].string == "local")
    }

    @Test func `an error behind chunks is thrown behind them`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        let stream = try client.stream("chat.completions.create", params)
        let request = await server.receive()
        server.chunk(request, "{}")
        server.reply(request, error: #"{"code":1303,"message":"reset","data":{"type":"upstream_unreachable","after_chunks":1}}"#)
        var chunks = 0
        let error = await #expect(throws: WicketError.self) { for try await _ in stream { chunks += 1 } }
        #expect(chunks == 1)
        #expect(error?.data["after_chunks"].int == 1)
        #expect(stream.result.isNull)
    }

    @Test func `cancelling the task that reads cancels the request and does not look like an end`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        let task = Task { [params] in
            for try await _ in try client.stream("chat.completions.create", params) {}
        }
        let request = await server.receive()
        server.chunk(request, "{}")
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let cancel = await server.receive()
        #expect(cancel?["method"].string == "$/cancelRequest")
        #expect(cancel?["params"]["id"].int == request?["id"].int)
    }

    @Test func `leaving the loop early cancels the request`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        async let first: WicketValue? = {
            for try await chunk in try client.stream("chat.completions.create", params) { return chunk }
            return nil
        }()
        let request = await server.receive()
        server.chunk(request, #"{"n":7}"#)
        #expect(try await first?["n"].int == 7)
        #expect(await server.receive()?["params"]["id"].int == request?["id"].int)
    }

    @Test func `a stream that has ended is not cancelled afterwards`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        async let all: Void = { for try await _ in try client.stream("chat.completions.create", params) {} }()
        server.reply(await server.receive(), result: "{}")
        try await all
        async let ping = client.call("system.ping")
        let next = await server.receive()
        #expect(next?["method"].string == "system.ping")
        server.reply(next, result: "{}")
        _ = try await ping
    }

    @Test func `chunks of two streams do not mix`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        let left = try client.stream("chat.completions.create", params)
        let leftRequest = await server.receive()
        let right = try client.stream("chat.completions.create", params)
        let rightRequest = await server.receive()
        for number in 0..<10 {
            server.chunk(leftRequest, "\"l\(number)\"")
            server.chunk(rightRequest, "\"r\(number)\"")
        }
        server.reply(rightRequest, result: "{}")
        server.reply(leftRequest, result: "{}")
        var lefts: [String?] = []
        for try await chunk in left { lefts.append(chunk.string) }
        var rights: [String?] = []
        for try await chunk in right { rights.append(chunk.string) }
        #expect(lefts == (0..<10).map { "l\($0)" })
        #expect(rights == (0..<10).map { "r\($0)" })
    }
}
