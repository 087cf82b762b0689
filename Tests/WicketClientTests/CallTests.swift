// SPDX-License-Identifier: Apache-2.0
import Testing
import WicketClient
import WicketTestServer

@Suite(.timeLimit(.minutes(1)))
struct CallTests {
    @Test func `a call sends its params on one line and returns the result`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        async let result = client.call("system.ping", try WicketValue(json: "{\"a\":\n  [1.50,\r\n2]}"))
        let request = await server.receive()
        #expect(request?["method"].string == "system.ping")
        #expect(request?["jsonrpc"].string == "2.0")
        #expect(request?["params"]["a"][0].json == "1.50")
        server.reply(request, result: #"{"pong":true,"extra":1.0}"#)
        #expect(try await result.json == #"{"pong":true,"extra":1.0}"#)
    }

    @Test func `calls on one connection run at the same time and get their own replies`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask { try await client.call("echo", ["number": WicketValue(number)])["number"].int == number }
            }
            var requests: [WicketValue?] = []
            for _ in 0..<200 { requests.append(await server.receive()) }
            for request in requests.reversed() { server.reply(request, result: request?["params"].json ?? "null") }
            for try await matched in group { #expect(matched) }
        }
    }

    @Test func `a request and a reply of many megabytes pass each other`() async throws {
        let server = try TestServer()
        server.serve { request, server in server.reply(request, result: request["params"].json) }
        let client = try await WicketClient.connect(socket: server.path)
        let text = String(repeating: "x", count: 4 << 20)
        async let first = client.call("echo", ["text": WicketValue(text)])
        async let second = client.call("echo", ["text": WicketValue(text)])
        #expect(try await first["text"].string?.utf8.count == 4 << 20)
        #expect(try await second["text"].string?.utf8.count == 4 << 20)
    }

    @Test func `an error reply is an error with all that the daemon said`() async throws {
        let server = try TestServer()
        server.serve { request, server in
            server.reply(request, error: """
                {"code":1301,"message":"no","data":{"type":"upstream_error","status":529,"retryable":true,"retry_after_ms":20,\
                "provider_error":{"x":1}}}
                """)
        }
        let client = try await WicketClient.connect(socket: server.path)
        let error = await #expect(throws: WicketError.self) { try await client.call("chat.completions.create") }
        #expect(error?.type == "upstream_error")
        #expect(error?.code == 1301)
        #expect(error?.status == 529)
        #expect(error?.retryable == true)
        #expect(error?.retryAfterMilliseconds == 20)
        #expect(error?.message == "no")
        #expect(error?.data["provider_error"]["x"].int == 1)
    }

    @Test func `an error without data still has a type`() async throws {
        let server = try TestServer()
        server.serve { request, server in server.reply(request, error: #"{"code":-32601,"message":"no"}"#) }
        let client = try await WicketClient.connect(socket: server.path)
        let error = await #expect(throws: WicketError.self) { try await client.call("x") }
        #expect(error?.type == "error_-32601")
        #expect(error?.data.isNull == true)
    }

    @Test func `a cancelled call ends at once and tells the daemon which`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        let task = Task { try await client.call("chat.completions.create") }
        let request = await server.receive()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let cancel = await server.receive()
        #expect(cancel?["method"].string == "$/cancelRequest")
        #expect(cancel?["id"].isNull == true)
        #expect(cancel?["params"]["id"].int == request?["id"].int)
        // The daemon's late reply belongs to nobody, and the connection lives on.
        server.reply(request, error: #"{"code":1401,"message":"cancelled"}"#)
        async let result = client.call("system.ping")
        server.reply(await server.receive(), result: "true")
        #expect(try await result.bool == true)
    }

    @Test func `a call of a task that is cancelled already is not left waiting`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.call("chat.completions.create")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `session defaults are sent as they are`() async throws {
        let server = try TestServer()
        let client = try await WicketClient.connect(socket: server.path)
        async let done: Void = client.configureSession(["virtual_key": "a", "metadata": ["k": "v"]])
        let request = await server.receive()
        #expect(request?["method"].string == "session.configure")
        #expect(request?["params"].json == #"{"defaults":{"virtual_key":"a","metadata":{"k":"v"}}}"#)
        server.reply(request, result: #"{"defaults":["virtual_key","metadata"]}"#)
        try await done
    }
}
