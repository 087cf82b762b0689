// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Glibc
import Testing

@testable import Upstream

@Suite struct RequestTests {
    /// Answers with what it was sent.
    private let echo = TestServer.answering { request in
        response("\(request.line)\n\(request.fields.joined(separator: "\n"))\n\n\(String(decoding: request.body, as: UTF8.self))")
    }

    @Test func `a request goes out as it was given, the credential last`() async throws {
        let server = echo
        let seen = try await withTransport { transport in
            try await transport.fetch(
                .post(
                    server.url + "/v1/a/../b?q=%20", #"{"model":"m"}"#,
                    fields: [HTTPField("anthropic-version", "2023-06-01"), HTTPField("X-Empty", "")], credential: .test("sk-1"))
            ).body
        }
        #expect(
            seen == """
                POST /v1/a/../b?q=%20 HTTP/1.1
                Host: 127.0.0.1:\(server.port)
                anthropic-version: 2023-06-01
                X-Empty:
                content-type: application/json
                User-Agent: wicket/test
                authorization: Bearer sk-1
                Content-Length: 13

                {"model":"m"}
                """)
    }

    @Test(arguments: ["GET", "DELETE", "OPTIONS", "POST", "PUT"])
    func `a request without a body claims none`(method: String) async throws {
        let server = echo
        let seen = try await withTransport { transport in
            try await transport.fetch(UpstreamRequest(method: method, url: server.url + "/", fields: [], body: [])).body
        }
        #expect(seen.hasPrefix("\(method) / HTTP/1.1\n"))
        #expect(!seen.lowercased().contains("content-type"))
        #expect(seen.contains("Content-Length: 0") == (method == "POST"))
    }

    @Test func `one handle can carry one method after another`() async throws {
        let server = echo
        let lines = try await withTransport { transport in
            var lines: [String] = []
            for (method, body) in [("POST", "a"), ("GET", ""), ("POST", "bc"), ("PATCH", "d"), ("DELETE", ""), ("POST", "")] {
                let request = UpstreamRequest(method: method, url: server.url, fields: [], body: Array(body.utf8)[...])
                let seen = try await transport.fetch(request).body
                lines.append(seen.prefix { $0 != " " } + " " + (seen.split(separator: "\n\n").dropFirst().first ?? ""))
            }
            #expect(transport.statistics == UpstreamStatistics(connections: 1, inFlight: 0, waiting: 0))
            return lines
        }
        #expect(lines == ["POST a", "GET ", "POST bc", "PATCH d", "DELETE ", "POST "])
    }

    @Test func `a HEAD request ends with the head`() async throws {
        let server = TestServer.answering { _ in "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n" }
        let body = try await withTransport { transport in
            try await transport.fetch(UpstreamRequest(method: "HEAD", url: server.url, fields: [], body: [])).body
        }
        #expect(body.isEmpty)
    }

    /// Larger than all of curl's own buffers, so that it is read from the caller's array while it is being sent.
    @Test func `a large body is sent whole, without asking first, from a slice whose array changes meanwhile`() async throws {
        let bytes = (0..<1_200_100).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        let server = TestServer.answering { request in
            response("\(request.body.count) \(request.body[...] == bytes[100...]) \(request.value("expect") ?? "-")")
        }
        let seen = try await withTransport { transport in
            var bytes = bytes
            let request = UpstreamRequest(url: server.url, fields: [], body: bytes[100...])
            let answers = Answers()
            let task = transport.start(request, answers)
            for index in bytes.indices { bytes[index] = 0 }
            await task.value
            return answers.texts.first
        }
        #expect(seen == "1200000 true -")
    }

    static let refused: [(String, UpstreamRequest)] = [
        ("a line break in a value", .post("http://H/", fields: [HTTPField("x", "a\r\nhost: evil")])),
        ("a bare line feed", .post("http://H/", fields: [HTTPField("x", "a\nb")])),
        ("a zero byte", .post("http://H/", fields: [HTTPField("x", "a\0b")])),
        ("a colon in a name", .post("http://H/", fields: [HTTPField("x: y\r\nz", "a")])),
        ("an empty name", .post("http://H/", fields: [HTTPField("", "a")])),
        ("a field of the connection", .post("http://H/", fields: [HTTPField("Transfer-Encoding", "chunked")])),
        ("another one", .post("http://H/", fields: [HTTPField("HOST", "evil")])),
        ("a line break in the secret", .post("http://H/", credential: .test("sk-canary\r\nx: y"))),
        ("a line break in the prefix", .post("http://H/", credential: .test("sk-canary", prefix: "Bearer\n"))),
        ("a method with a space", UpstreamRequest(method: "GET / HTTP/1.1\r\nx:", url: "http://H/", fields: [], body: [])),
        ("an empty method", UpstreamRequest(method: "", url: "http://H/", fields: [], body: [])),
        ("a space in the path", .post("http://H/a b")),
        ("a line break in the path", .post("http://H/a\r\nb")),
        ("a user name", .post("http://user:sk-canary@H/")),
        ("no host", .post("http:///path")),
        ("a file", .post("file:///etc/passwd")),
        ("a bare host", .post("H/")),
        ("a word", .post("")),
    ]

    @Test(arguments: 0..<refused.count)
    func `what could change the message around it is refused and nothing is sent`(number: Int) async throws {
        let server = echo
        let (what, template) = Self.refused[number]
        let refusal = try await withTransport { transport in
            var request = template
            request.url = request.url.replacing("//H", with: "//127.0.0.1:\(server.port)")
                .replacing("@H", with: "@127.0.0.1:\(server.port)")
            return await transport.refusal(of: request)
        }
        #expect(refusal?.code == .invalidParams, "\(what)")
        #expect(refusal?.message.contains("sk-canary") == false)
        #expect(server.accepted == 0)
    }

    @Test func `the environment's proxy is not used, a configured one is`() async throws {
        let server = echo
        setenv("http_proxy", "http://127.0.0.1:1", 1)
        setenv("ALL_PROXY", "http://127.0.0.1:1", 1)
        defer {
            unsetenv("http_proxy")
            unsetenv("ALL_PROXY")
        }
        let direct = try await withTransport { transport in try await transport.fetch(.post(server.url)).body }
        #expect(direct.hasPrefix("POST / HTTP/1.1"))
        let proxied = try await withTransport(CurlOptions(userAgent: "wicket/test", proxy: server.url)) { transport in
            try await transport.fetch(.post("http://provider.test/v1")).body
        }
        #expect(proxied.hasPrefix("POST http://provider.test/v1 HTTP/1.1"))
    }
}
