// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

struct UpstreamFailureTests {
    let provider = Provider.openAICompatible(id: "groq", baseURL: "https://groq.example.com")

    private func failure(_ status: Int, _ body: String = "{}", _ fields: [(String, String)] = []) -> GatewayFailure {
        let head = HTTPHead(status: status, fields: fields.map { HTTPField($0.0, $0.1) })
        return upstreamFailure(head: head, body: Array(body.utf8), provider: provider)
    }

    @Test(arguments: [
        (#"{"error":{"message":"Invalid API Key","type":"x"}}"#, "Invalid API Key"),
        (#"{"type":"error","error":{"type":"not_found_error","message":"model: x"}}"#, "model: x"),
        (#"{"code":"Some code","error":"The model is gone"}"#, "The model is gone"),
        (#"{"object":"error","message":"Rate limit exceeded","type":"rate_limited"}"#, "Rate limit exceeded"),
        (#"{"message":{"detail":[{"loc":["body"],"msg":"Extra inputs are not permitted"}]}}"#, "Extra inputs are not permitted"),
        (#"{"detail":"Model x is not supported"}"#, "Model x is not supported"),
        (#"{"detail":[{"msg":"field required"}]}"#, "field required"),
        (#"{"errors":[{"message":"No route"}]}"#, "No route"),
        (#"[{"error":{"message":"Exhausted"}}]"#, "Exhausted"),
        (#"{"error":{"message":"Provider returned error","metadata":{"raw":"busy\n upstream"}}}"#, "busy upstream"),
        (#""Not Found""#, "Not Found"),
        ("upstream connect error", "upstream connect error"),
    ])
    func `the provider's own sentence is found in every usual shape`(_ body: String, _ said: String) {
        #expect(failure(400, body).message.hasPrefix("`groq` answered 400: \(said)"))
    }

    @Test(arguments: [
        "", "{}", "[]", "null", "<html><body>Bad gateway</body></html>", #"{"error":{"message":{"a":{"b":{"c":1}}}}}"#,
    ])
    func `a body that says nothing leaves the status and the hint`(_ body: String) {
        #expect(failure(502, body).message == "`groq` answered 502. Try again, or name another provider as a fallback.")
    }

    @Test func `a long sentence is cut and stays on one line`() {
        let message = failure(400, "{\"error\":{\"message\":\"\(String(repeating: "a\\nb ", count: 500))\"}}").message
        #expect(message.count < 600)
        #expect(!message.contains("\n"))
    }

    @Test(arguments: [
        (400, false, ""), (401, false, "virtual key"), (402, false, "credit"), (403, false, "virtual key"), (404, false, "model"),
        (408, true, "fallback"), (409, true, "Try again"), (413, false, "too large"), (422, false, ""), (429, true, "wait"),
        (500, true, "fallback"), (503, true, "fallback"), (529, true, "fallback"),
    ])
    func `each status says whether to try again and what to do`(_ status: Int, _ retryable: Bool, _ hint: String) {
        let failure = failure(status)
        #expect(failure.code == .upstreamError)
        #expect(failure.status == status)
        #expect(failure.retryable == retryable)
        #expect(hint.isEmpty || failure.message.contains(hint), "\(failure.message)")
    }

    @Test func `the provider's word on sending again counts`() {
        #expect(failure(429, "{}", [("x-should-retry", "false")]).retryable == false)
        #expect(failure(400, "{}", [("x-should-retry", "true")]).retryable == true)
        #expect(failure(500, "{}", [("x-should-retry", "perhaps")]).retryable == true)
    }

    @Test func `an account without credit is not tried again`() {
        let body = #"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#
        let empty = failure(429, body, [("retry-after", "5")])
        #expect(!empty.retryable)
        #expect(empty.retryAfterMilliseconds == nil)
        #expect(empty.message.contains("credit"))
    }

    @Test(arguments: [
        ("{\n \"a\": 1.0\r\n}", "{  \"a\": 1.0  }"), ("plain \"text\"\n", #""plain \"text\"\n""#),
        (#"{"a":1} x"#, #""{\"a\":1} x""#),
    ])
    func `the body is kept as it is, or becomes a JSON string`(_ body: String, _ expected: String) throws {
        let error = try #require(failure(500, body).providerError)
        #expect(String(decoding: error, as: UTF8.self) == expected)
        _ = try JSONDocument(error)
    }

    @Test func `bytes that are not UTF-8 are repaired, and no body is an empty string`() {
        let failure = upstreamFailure(head: HTTPHead(status: 500, fields: []), body: [0x22, 0xFF, 0x22], provider: provider)
        #expect(failure.providerError == Array("\"\\\"\u{FFFD}\\\"\"".utf8))
        #expect(self.failure(500, "").providerError == Array("\"\"".utf8))
    }

    @Test(arguments: [
        ([("retry-after", "19")], 19_000), ([("retry-after", "0.5")], 500),
        ([("retry-after-ms", "1250"), ("retry-after", "9")], 1250),
        ([("retry-after-ms", "0"), ("retry-after", "1")], 0), ([("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")], nil),
        ([("retry-after", "-1")], nil), ([("retry-after", "")], nil), ([("retry-after", "1e9")], nil),
        ([("retry-after", "9999999999")], 604_800_000),
        ([("retry-after", String(repeating: "9", count: 400))], nil),
        ([("x-ratelimit-reset-requests", "2m59.56s"), ("x-ratelimit-remaining-requests", "14370"),
          ("x-ratelimit-reset-tokens", "5.3s"), ("x-ratelimit-remaining-tokens", "0")], 5300),
        ([("x-ratelimit-reset-requests", "8s"), ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-tokens", "1s"),
          ("x-ratelimit-remaining-tokens", "9")], 8000),
        ([("x-ratelimit-reset-requests", "1s"), ("x-ratelimit-reset-tokens", "6m0s")], 1000),
        ([("x-ratelimit-reset-tokens", "250ms")], 250), ([("x-ratelimit-reset-tokens", "soon")], nil), ([], nil),
    ] as [([(String, String)], Int?)])
    func `how long to wait is read off the head`(_ fields: [(String, String)], _ expected: Int?) {
        #expect(failure(429, "{}", fields).retryAfterMilliseconds == expected)
    }

    @Test func `a reset of limits says nothing about other errors`() {
        #expect(failure(500, "{}", [("x-ratelimit-reset-tokens", "5s")]).retryAfterMilliseconds == nil)
        #expect(failure(503, "{}", [("retry-after", "5")]).retryAfterMilliseconds == 5000)
        #expect(failure(400, "{}", [("retry-after", "5")]).retryAfterMilliseconds == nil)
    }

    @Test(arguments: [
        ("1s", 1000), ("6m0s", 360_000), ("250ms", 250), ("1h2m3s", 3_723_000), ("7.66s", 7660), ("0s", 0), ("1ms", 1),
        ("1.5ms", 2),
        ("9d", 604_800_000), ("", nil), ("s", nil), ("5", nil), ("5x", nil), ("1.2.3s", nil), ("-1s", nil),
    ])
    func `spelled durations`(_ text: String, _ milliseconds: Int?) {
        #expect(spelledMilliseconds(text) == milliseconds)
    }
}
