// SPDX-License-Identifier: Apache-2.0
import Testing
import WicketClient
import WicketTestServer

@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test func `nobody there is no_daemon, and the message says where`() async throws {
        let path = TestServer.freshPath()
        let error = await #expect(throws: WicketError.self) { try await WicketClient.connect(socket: path, patience: .zero) }
        #expect(error?.type == "no_daemon")
        #expect(error?.message.contains(path) == true)
    }

    @Test func `a daemon that starts a moment later is waited for`() async throws {
        let path = TestServer.freshPath()
        async let client = WicketClient.connect(socket: path, patience: .seconds(30))
        try await Task.sleep(for: .milliseconds(50))
        let server = try TestServer(path: path)
        server.serve { request, server in server.reply(request, result: "1") }
        #expect(try await client.call("system.ping").int == 1)
    }

    @Test func `waiting for a daemon can be cancelled`() async throws {
        let path = TestServer.freshPath()
        let task = Task { try await WicketClient.connect(socket: path, patience: .seconds(3600)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `a path that no socket can have is refused before anything is tried`() async throws {
        let long = "/tmp/" + String(repeating: "x", count: 103)
        let error = await #expect(throws: WicketError.self) { try await WicketClient.connect(socket: long) }
        #expect(error?.type == "socket_path")
    }

    @Test func `hanging up fails everything in flight and all that follows`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        let call = Task { try await client.call("system.ping") }
        _ = await server.receive()
        let stream = try client.stream("chat.completions.create", ["request": [:]])
        _ = await server.receive()
        server.hangUp()
        let error = await #expect(throws: WicketError.self) { try await call.value }
        #expect(error?.type == "hang_up")
        #expect(error?.retryable == true)
        await #expect(throws: WicketError.self) { for try await _ in stream {} }
        await #expect(throws: WicketError.self) { try await client.call("system.ping") }
    }

    @Test func `an error without an id is why the connection ended`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        let call = Task { try await client.call("system.ping") }
        _ = await server.receive()
        server.reply(nil, error: #"{"code":-32600,"message":"too long","data":{"type":"invalid_request","status":400}}"#)
        let error = await #expect(throws: WicketError.self) { try await call.value }
        #expect(error?.type == "invalid_request")
        #expect(error?.message == "too long")
    }

    @Test func `a peer that speaks something else is a protocol_error`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        let call = Task { try await client.call("system.ping") }
        _ = await server.receive()
        server.send("HTTP/1.1 400 Bad Request")
        let error = await #expect(throws: WicketError.self) { try await call.value }
        #expect(error?.type == "protocol_error")
    }

    @Test func `letting go of the client hangs up, which cancels what runs`() async throws {
        let server = try TestServer()
        do {
            let client = try await WicketClient.connect(socket: server.path)
            async let ping = client.call("system.ping")
            server.reply(await server.receive(), result: "{}")
            _ = try await ping
        }
        #expect(await server.receive() == nil)
    }

    @Test func `a stream keeps its connection open`() async throws {
        let server = try TestServer()
        let stream = try await WicketClient.connect(socket: server.path).stream("chat.completions.create", ["request": [:]])
        let request = await server.receive()
        server.chunk(request, "1")
        server.reply(request, result: "2")
        var chunks: [Int?] = []
        for try await chunk in stream { chunks.append(chunk.int) }
        #expect(chunks == [1])
        #expect(stream.result.int == 2)
    }
}
