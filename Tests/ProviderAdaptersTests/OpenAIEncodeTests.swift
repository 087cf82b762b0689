// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

/// A call as the engine makes it: the caller's line with `request` inside `params`.
func openAICall(
    _ request: String, provider: Provider, model: String? = nil, operation: GatewayModel.Operation = .chat
) throws -> DialectCall {
    let document = try JSONDocument(#"{"jsonrpc":"2.0","id":1,"method":"x","params":{"request":\#(request),"options":{}}}"#)
    let node = try #require(document.find(path: "params", "request", in: document.root))
    let own = document.find("model", in: node).flatMap(document.string) ?? ""
    let stream = document.find("stream", in: node).flatMap(document.bool) ?? false
    return DialectCall(
        operation: operation, document: document, request: node, model: model ?? own, stream: stream, provider: provider)
}

struct OpenAIEncodeTests {
    let plain = Provider.openAICompatible(id: "plain", baseURL: "https://plain.example.com/v1")
    let dialect = OpenAIDialect()

    private func body(
        _ request: String, _ rules: ParameterRules, model: String? = nil
    ) throws -> (body: String, dropped: [String]) {
        var provider = plain
        provider.parameters = rules
        let encoded = try dialect.encode(openAICall(request, provider: provider, model: model))
        return (String(decoding: encoded.body, as: UTF8.self), encoded.droppedParams)
    }

    @Test func `a request that needs no change shares the caller's bytes`() throws {
        let request = #"{ "model":"m", "x":[1.0e0, "\u00e9"],"x":2,"messages":[] }"#
        let call = try openAICall(request, provider: plain)
        let encoded = try dialect.encode(call)
        #expect(Array(encoded.body) == Array(request.utf8))
        #expect(encoded.droppedParams == [])
        #expect(encoded.path == "/chat/completions")
        let line = call.document.bytes.withUnsafeBufferPointer { $0.baseAddress }
        let shared = encoded.body.withUnsafeBufferPointer { $0.baseAddress }
        #expect(shared == line.map { $0 + call.document.range(call.request).lowerBound })
    }

    @Test func `an alias is replaced, and nothing else`() throws {
        let request = #"{"model" : "small" ,"temperature":1.0,"messages":[{"model":"small"}]}"#
        let (text, dropped) = try body(request, ParameterRules(), model: "big")
        #expect(text == #"{"model" : "big" ,"temperature":1.0,"messages":[{"model":"small"}]}"#)
        #expect(dropped == [])
    }

    @Test(arguments: [
        (#"{"messages":[]}"#, #"{"messages":[],"model":"big"}"#),
        (#"{"model":null}"#, #"{"model":"big"}"#),
        (#"{"model":"b\u0069g"}"#, #"{"model":"b\u0069g"}"#),
        (#"{"model":"a","model":"b"}"#, #"{"model":"big","model":"big"}"#),
        (#"{}"#, #"{"model":"big"}"#),
    ])
    func `the model to send is always named`(_ request: String, _ expected: String) throws {
        #expect(try body(request, ParameterRules(), model: "big").body == expected)
    }

    @Test func `what the provider refuses is taken out and named`() throws {
        let rules = ParameterRules(unsupported: ["user", "logit_bias", "absent"])
        let (text, dropped) = try body(#"{"user":"u","model":"m", "logit_bias":{} }"#, rules)
        #expect(text == #"{"model":"m" }"#)
        #expect(dropped == ["logit_bias", "user"])
    }

    @Test func `a renamed parameter keeps its value and is not named`() throws {
        let rules = ParameterRules(renames: ["max_completion_tokens": "max_tokens", "seed": "random_seed"])
        let (text, dropped) = try body(#"{"max_completion_tokens":0100e-2,"seed":7}"#.replacing("0100e-2", with: "100e-2"), rules)
        #expect(text == #"{"max_tokens":100e-2,"random_seed":7}"#)
        #expect(dropped == [])
    }

    @Test func `where both names are there the provider's own counts`() throws {
        let rules = ParameterRules(renames: ["max_completion_tokens": "max_tokens"])
        let (text, dropped) = try body(#"{"max_completion_tokens":1,"max_tokens":2}"#, rules)
        #expect(text == #"{"max_tokens":2}"#)
        #expect(dropped == ["max_completion_tokens"])
    }

    @Test(arguments: [
        ("0", "0", false), ("1.5", "1.5", false), ("2.0", "2.0", false), ("2", "1.5", true), ("-1", "0", true),
        ("1e400", "1.5", true), ("null", "null", false), (#""hot""#, #""hot""#, false),
    ])
    func `a number outside is brought to the bound and named`(_ value: String, _ sent: String, _ isNamed: Bool) throws {
        let high = value == "2.0" ? 2 : 1.5
        let (text, dropped) = try body(#"{"temperature":\#(value)}"#, ParameterRules(limits: ["temperature": 0...high]))
        #expect(text == #"{"temperature":\#(sent)}"#)
        #expect(dropped == (isNamed ? ["temperature"] : []))
    }

    @Test func `a renamed parameter is held to its limit`() throws {
        let rules = ParameterRules(renames: ["a": "b"], limits: ["a": 1...3])
        let (text, dropped) = try body(#"{"a":9,"c":1}"#, rules)
        #expect(text == #"{"b":3,"c":1}"#)
        #expect(dropped == ["a"])
    }

    @Test func `fields say what is sent and what is expected`() throws {
        var provider = plain
        provider.headers = [HTTPField("x-title", "wicket")]
        let whole = try dialect.encode(openAICall(#"{"model":"m"}"#, provider: provider))
        #expect(whole.fields == [HTTPField("content-type", "application/json")] + provider.headers)
    }

    @Test func `an operation that the provider has no path for is refused`() throws {
        let call = try openAICall(#"{"model":"m"}"#, provider: plain, operation: .messages)
        let failure = #expect(throws: GatewayFailure.self) { try dialect.encode(call) }
        #expect(failure?.code == .invalidParams)
        #expect(failure?.message.contains("messages.create") == true)
    }

    @Test(arguments: ["[]", "null", #""text""#])
    func `a request that is no object is refused`(_ request: String) throws {
        let call = try openAICall(request, provider: plain)
        let failure = #expect(throws: GatewayFailure.self) { try dialect.encode(call) }
        #expect(failure?.path == "request")
    }
}
