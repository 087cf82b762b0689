// SPDX-License-Identifier: Apache-2.0
import CCurl
import CCurlShim
import GatewayEngine
import GatewayModel
import Reactor
import Testing

@testable import Upstream

// Skipped where openssl, nghttpd (package nghttp2-server) or python3 are not installed.
@Suite(.enabled(if: TLSFiles.shared != nil, "needs the openssl command")) struct TLSTests {
    private let files = TLSFiles.shared!

    private var trusting: CurlOptions { CurlOptions(userAgent: "wicket/test", authoritiesFile: files.authority) }

    private static let hasHTTP2 = Tool.find("nghttpd") != nil
    private static let hasPython = Tool.find("python3") != nil

    private func get(_ url: String) -> UpstreamRequest { UpstreamRequest(method: "GET", url: url, fields: [], body: []) }

    @Test(.enabled(if: hasHTTP2, "needs nghttpd"))
    func `a certificate is verified: its authority and its host`() async throws {
        let server = try ServerProcess.http2(files)
        let get = get
        let port = server.port
        let body = try await withTransport(trusting) { try await $0.fetch(get("https://localhost:\(port)/small")).body }
        #expect(body == "hello")
        let wrongHost = try await withTransport(trusting) { transport in
            await transport.refusal(of: get("https://127.0.0.1:\(port)/small"))
        }
        #expect(wrongHost?.code == .upstreamUnreachable)
        #expect(wrongHost?.message.contains("SSL") == true)
        let unknown = try await withTransport { transport in
            await transport.refusal(of: get("https://localhost:\(port)/small"))
        }
        #expect(unknown?.code == .upstreamUnreachable)
        #expect(unknown?.message.contains("certificate") == true)
    }

    @Test(.enabled(if: hasHTTP2, "needs nghttpd"))
    func `HTTP/2 carries many requests on one connection, cold and warm`() async throws {
        let server = try ServerProcess.http2(files)
        let request = get("https://localhost:\(server.port)/small")
        try await withTransport(trusting) { transport in
            for _ in 0..<3 {
                let answers = await transport.fetch(60, request)
                #expect(answers == Array(repeating: "hello", count: 60))
                #expect(transport.statistics.connections == 1)
            }
            let exchange = try await transport.open(request) as! CurlExchange
            var version = 0
            _ = wicket_curl_get_long(exchange.transfer.easy, CURLINFO_HTTP_VERSION, &version)
            #expect(version == Int(CURL_HTTP_VERSION_2_0))
            #expect(exchange.status == 200)
            #expect(exchange.value("content-length") == "5")
        }
    }

    /// The server allows five streams a connection.
    @Test(.enabled(if: hasHTTP2, "needs nghttpd"))
    func `connections to an HTTP/2 host are capped and the rest waits its turn`() async throws {
        let server = try ServerProcess.http2(files, ["-m", "5"])
        let request = get("https://localhost:\(server.port)/small")
        var options = trusting
        options.connectionsPerHost = 3
        options.requestsPerHost = 20
        try await withTransport(options) { transport in
            let answers = Answers()
            let tasks = (0..<200).map { _ in transport.start(request, answers) }
            #expect(transport.statistics.inFlight == 20)
            #expect(transport.statistics.waiting == 180)
            tasks[199].cancel()
            #expect(transport.statistics.waiting == 179)
            for task in tasks { await task.value }
            #expect(answers.texts.filter { $0 == "hello" }.count == 199)
            #expect(transport.statistics.connections <= 3)
        }
    }

    @Test(.enabled(if: hasHTTP2, "needs nghttpd"))
    func `a stream that is not read holds up no other on its connection`() async throws {
        let server = try ServerProcess.http2(files)
        let (large, small) = (get("https://localhost:\(server.port)/large"), get("https://localhost:\(server.port)/small"))
        try await withTransport(trusting) { transport in
            let exchange = try await transport.open(large) as! CurlExchange
            await transport.wait { exchange.transfer.isPaused }
            for _ in 0..<20 {
                let body = try await transport.fetch(small).body
                #expect(body == "hello")
            }
            var (whole, largest) = ([UInt8](), 0)
            var buffer: [UInt8] = []
            while try await exchange.read(into: &buffer) {
                largest = max(largest, buffer.count)
                whole += buffer
            }
            #expect(whole == TLSFiles.largeDocument)
            #expect(largest < (64 << 10) + (16 << 10))
            #expect(transport.statistics.connections == 1)
        }
    }

    @Test(.enabled(if: hasHTTP2, "needs nghttpd"))
    func `cancelling resets the stream and keeps the connection`() async throws {
        let server = try ServerProcess.http2(files, ["-v"])
        let (large, small) = (get("https://localhost:\(server.port)/large"), get("https://localhost:\(server.port)/small"))
        let port = server.port
        try await withTransport(trusting) { transport in
            var exchange: (any UpstreamExchange)? = try await transport.open(large)
            #expect(exchange?.status == 200)
            exchange = nil
            #expect(transport.statistics == UpstreamStatistics(connections: 1, inFlight: 0, waiting: 0))
            let body = try await transport.fetch(small).body
            #expect(body == "hello")
            #expect(transport.statistics.connections == 1, "port \(port)")
        }
        #expect(server.output.contains("recv RST_STREAM"))
    }

    @Test(.enabled(if: hasPython, "needs python3"), arguments: [24, 60])
    func `an https host that speaks HTTP/1.1 gets all requests at once, even those of the first burst`(count: Int) async throws {
        let server = try ServerProcess.http1(files)
        let request = UpstreamRequest.post("https://localhost:\(server.port)/\(count)")
        try await withTransport(trusting) { transport in
            let answers = await transport.fetch(count, request)
            #expect(answers == Array(repeating: "all here", count: count))
        }
    }
}
