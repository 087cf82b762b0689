// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Reactor
import ReactorTestSupport
import Testing

@testable import Upstream

/// Runs a test as a task of a reactor that has a transport of its own.
func withTransport<Value: Sendable>(
    _ options: CurlOptions = CurlOptions(userAgent: "wicket/test"),
    _ body: @escaping @Sendable (CurlTransport) async throws -> Value
) async throws -> Value {
    try await withReactor { thread in
        try await thread.run { reactor in
            let transport = try CurlTransport(reactor: reactor, options: options)
            defer { transport.close() }
            return try await body(transport)
        }
    }
}

extension CurlTransport {
    /// The whole answer to one request.
    func fetch(_ request: UpstreamRequest, limit: Int = 1 << 24) async throws(GatewayFailure) -> (head: HTTPHead, body: String) {
        let exchange = try await open(request)
        let body = try await exchange.collect(limit: limit)
        return (exchange.head, String(decoding: body, as: UTF8.self))
    }

    /// Why a request gets no answer.
    func refusal(of request: UpstreamRequest) async -> GatewayFailure? {
        await ending { () async throws(GatewayFailure) in _ = try await self.open(request) }
    }

    /// Sends a request so many times at once; the bodies, or what went wrong.
    func fetch(_ count: Int, _ request: UpstreamRequest) async -> [String] {
        let answers = Answers()
        for task in (0..<count).map({ _ in start(request, answers) }) { await task.value }
        return answers.texts
    }

    func start(_ request: UpstreamRequest, _ answers: Answers) -> Task<Void, Never> {
        reactor.spawn {
            do throws(GatewayFailure) {
                answers.texts.append(try await self.fetch(request).body)
            } catch { answers.texts.append(error.message) }
        }
    }

    /// Until `condition` holds; the loop goes on meanwhile.
    func wait(until condition: () -> Bool) async {
        while !condition() { try? await reactor.sleep(nanoseconds: 1_000_000) }
    }
}

/// Bodies, or messages of failures, as they came; touched on the reactor's thread only.
final class Answers { var texts: [String] = [] }

extension UpstreamRequest {
    static func post(
        _ url: String, _ body: String = "{}", fields: [HTTPField] = [], credential: Credential? = nil,
        timeouts: UpstreamTimeouts = UpstreamTimeouts()
    ) -> UpstreamRequest {
        UpstreamRequest(url: url, fields: fields, credential: credential, body: Array(body.utf8)[...], timeouts: timeouts)
    }
}

extension Credential {
    static func test(_ secret: String, fieldName: String = "authorization", prefix: String = "Bearer ") -> Credential {
        var secret = secret
        return Credential(
            fieldName: fieldName, prefix: prefix, secret: secret.withUTF8 { SecretBytes(copying: UnsafeRawBufferPointer($0)) })
    }
}

/// The failure that `body` ends with.
func ending(_ body: () async throws(GatewayFailure) -> Void) async -> GatewayFailure? {
    do throws(GatewayFailure) {
        try await body()
        return nil
    } catch { return error }
}

func response(_ body: String, status: String = "200 OK", fields: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}

func chunked(_ pieces: [String]) -> String {
    pieces.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
}
