// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

/// The models that make trouble.
struct LocalModelTests {
    private func body(_ model: String, stream: Bool = false) -> String {
        #"{"model":"\#(model)","stream":\#(stream),"messages":[{"role":"user","content":"hi"}]}"#
    }

    @Test(arguments: [
        ("local/status-429", 429, "rate_limit_error"), ("status-503", 503, "api_error"),
        ("local/status-401", 401, "authentication_error"), ("local/status-400", 400, "invalid_request_error"),
        ("local/status-529", 529, "overloaded_error"),
    ])
    func `a status that is asked for comes with an error in the shape of the API`(
        _ model: String, _ status: Int, _ type: String
    ) throws {
        for (path, isChat) in [("/chat/completions", true), ("/messages", false)] {
            for stream in [false, true] {
                let steps = script(body(model, stream: stream), path: path)
                #expect(steps[0] == "\(status) content-type: application/json" + (status == 429 ? "; retry-after: 1" : ""))
                #expect(steps[1].hasPrefix(isChat ? #"{"error":{"#: #"{"type":"error","error":{"#))
                #expect(steps[1].contains(#""type":"\#(type)""#))
                #expect(steps[2] == "end")
            }
        }
        let provider = try #require(ProviderCatalog.builtIn.provider("local"))
        let answer = localAnswer(to: Array(body(model).utf8)[...], path: "/chat/completions", createdSeconds: 0)
        guard case .head(let head) = answer.steps[0], case .bytes(let bytes) = answer.steps[1] else { return }
        let failure = upstreamFailure(head: head, body: bytes, provider: provider)
        #expect(failure.message.contains("asked to fail with status \(status)"))
        #expect(failure.retryAfterMilliseconds == (status == 429 ? 1000 : nil))
    }

    @Test func `slow waits before the first byte and between the pieces of a stream`() {
        let whole = script(body("local/slow"))
        #expect(whole[0] == "wait 2000")
        #expect(whole.count == 4)
        let stream = script(body("local/slow-50", stream: true))
        #expect(stream.prefix(2) == ["wait 50", "200 content-type: text/event-stream"])
        #expect(stream[2].hasPrefix("data: "))
        #expect(stream[3] == "wait 5")
        #expect(stream[4].hasPrefix("data: "))
        #expect(stream.suffix(3) == ["wait 5", "data: [DONE]\n\n", "end"])
    }

    @Test func `reset breaks before an answer, and a stream after two chunks`() {
        #expect(script(body("local/reset")) == ["reset"])
        let stream = script(body("reset", stream: true))
        #expect(stream.count == 4)
        #expect(stream.last == "reset")
        #expect(StreamOutcome(stream.dropFirst().dropLast().joined()).chunks.count == 2)
        #expect(script(body("reset", stream: true), path: "/messages").count == 4)
    }

    @Test(arguments: ["local/gpt", "status-200", "status-600", "status-x", "slow-", "slow--1", "slow-600001", "local/local/echo"])
    func `an unknown model is not found, and the answer names those that there are`(_ model: String) {
        let steps = script(body(model))
        #expect(steps[0].hasPrefix("404"))
        for part in ["local/echo", "local/status-NNN", #""code":"model_not_found""#] { #expect(steps[1].contains(part)) }
    }

    @Test(arguments: ["echo", "local/echo", ""])
    func `echo goes by its name with the provider's before it and without`(_ model: String) {
        #expect(script(body(model))[1].contains(#""model":"local/echo""#))
    }

    @Test(arguments: [
        ("/chat/completions", "{", 400), ("/chat/completions", "[]", 400), ("/chat/completions", #"{"messages":[]}"#, 400),
        ("/chat/completions", #"{"messages":{}}"#, 400), ("/chat/completions", #"{"model":7,"messages":[{}]}"#, 404),
        ("/chat/completions", #"{"n":2,"messages":[{}]}"#, 400),
        ("/chat/completions", #"{"messages":[{}],"tool_choice":"required"}"#, 400),
        ("/chat/completions", #"{"messages":[{}],"tool_choice":{"type":"function","function":{"name":"x"}}}"#, 400),
        ("/messages", "{", 400), ("/embeddings", "{}", 404), ("/chat/completions", #"{"messages":[1,null,"a",[]]}"#, 200),
    ])
    func `a request that makes no sense is refused, not a crash`(_ path: String, _ body: String, _ status: Int) throws {
        let steps = script(body, path: path)
        #expect(steps[0].hasPrefix("\(status) "))
        _ = try JSONDocument(steps[1])
    }

    @Test func `the models are listed`() throws {
        let list = try JSONDocument(script("", path: "/models")[1])
        let data = try #require(list.find("data", in: list.root))
        #expect(list.elements(of: data).count(where: { _ in true }) == 5)
    }

    @Test func `local speaks OpenAI's dialect for chat`() throws {
        let provider = try #require(ProviderCatalog.builtIn.provider("local"))
        let call = try openAICall(body("local/echo"), provider: provider)
        let spoken = dialect(for: provider, operation: .chat)
        let encoded = try spoken.encode(call)
        let answer = localAnswer(to: encoded.body, path: encoded.path, createdSeconds: 0)
        guard case .bytes(let bytes) = answer.steps[1] else { return }
        #expect(try spoken.decode(bytes, of: call).usage == Usage(inputTokens: 1, outputTokens: 3))
    }

    @Test func `local speaks Anthropic's dialect for messages, and passes the request on untouched`() throws {
        let provider = try #require(ProviderCatalog.builtIn.provider("local"))
        for stream in [false, true] {
            let request = body("local/echo", stream: stream)
            let call = try openAICall(request, provider: provider, operation: .messages)
            let spoken = dialect(for: provider, operation: .messages)
            let encoded = try spoken.encode(call)
            #expect(Array(encoded.body) == Array(request.utf8))
            let answer = localAnswer(to: encoded.body, path: encoded.path, createdSeconds: 0)
            let pieces = answer.steps.compactMap { step -> ArraySlice<UInt8>? in
                if case .bytes(let bytes) = step { bytes[...] } else { nil }
            }
            if stream {
                let outcome = StreamOutcome(pieces, decoder: spoken.streamDecoder(for: call))
                #expect(outcome.finished)
                #expect(outcome.usage == Usage(inputTokens: 1, outputTokens: 3))
            } else {
                #expect(try spoken.decode(Array(pieces[0]), of: call).usage == Usage(inputTokens: 1, outputTokens: 3))
            }
        }
    }
}
