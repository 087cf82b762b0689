// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

/// Vectors of providers: how they are asked for, and what an answer is worth.
struct EmbeddingsTests {
    private let provider = Provider.openAICompatible(id: "plain", baseURL: "https://plain.example.com/v1")

    private func call(_ request: String, at provider: Provider? = nil, model: String? = nil) throws -> DialectCall {
        try openAICall(request, provider: provider ?? self.provider, model: model, operation: .embeddings)
    }

    private func failure(_ body: () throws -> Void) -> GatewayFailure? {
        do { try body() } catch { return error as? GatewayFailure }
        return nil
    }

    @Test(arguments: [
        #"{"model":"m","input":"a \u0041","odd":[1.0]}"#, #"{"input":[[1,2],[3]],"model":"m","dimensions":4}"#,
    ])
    func `a request passes through as it is`(_ request: String) throws {
        let encoded = try OpenAIDialect().encode(call(request))
        #expect(encoded.path == "/embeddings" && Array(encoded.body) == Array(request.utf8))
    }

    @Test func `an alias, a rename and what the provider refuses hold here too`() throws {
        var other = provider
        other.parameters = ParameterRules(renames: ["dimensions": "size"], unsupported: ["user"])
        let encoded = try OpenAIDialect().encode(
            call(#"{"model":"short","input":"a","dimensions":4,"user":"u"}"#, at: other, model: "long"))
        #expect(String(decoding: encoded.body, as: UTF8.self) == #"{"model":"long","input":"a","size":4}"#)
        #expect(encoded.droppedParams == ["user"])
    }

    @Test(arguments: ["anthropic", "sagemaker", "vertex-ai"])
    func `who makes no vectors says so`(_ id: String) throws {
        let other = try #require(ProviderCatalog.builtIn.provider(id))
        let spoken = dialect(for: other, operation: .embeddings)
        let failure = try #require(failure { _ = try spoken.encode(call(#"{"model":"m","input":"a"}"#, at: other)) })
        #expect(failure.code == .invalidParams && failure.path == "options.provider")
        #expect(failure.message.contains("`\(id)` can't do embeddings.create"))
    }

    @Test(arguments: [
        ("openai", "/embeddings"), ("local", "/embeddings"), ("together-ai", "/v1/embeddings"), ("azure-openai", "/embeddings"),
        ("ollama", "/v1/embeddings"),
    ])
    func `the catalog knows the way`(_ id: String, _ path: String) {
        #expect(ProviderCatalog.builtIn.provider(id)?.paths[.embeddings] == path)
    }

    @Test func `an answer passes through, with its usage and its model read`() throws {
        let body = #"{"object":"list","data":[{"embedding":[1e-2]}],"model":"m-2","usage":{"prompt_tokens":5,"total_tokens":5}}"#
        let response = try OpenAIDialect().decode(Array(body.utf8), of: call(#"{"model":"m","input":"a"}"#))
        #expect(response.body == Array(body.utf8) && response.model == "m-2" && response.usage == Usage(inputTokens: 5))
    }

    @Test(arguments: [
        ("[]", "answered without data"), (#"{"choices":[]}"#, "answered without data"), ("{", "not JSON"),
        (#"{"error":{"message":"no such model"}}"#, "no such model"),
    ])
    func `an answer without vectors is an error`(_ body: String, _ words: String) throws {
        let call = try call(#"{"model":"m","input":"a"}"#)
        let failure = try #require(failure { _ = try OpenAIDialect().decode(Array(body.utf8), of: call) })
        #expect(failure.code == .upstreamError && failure.message.contains(words))
    }

    @Test(arguments: [
        (#"{"data":[{"embedding":[0.5]}]}"#, .complete), (#"{"data":[{"embedding":"AAAAPw=="}]}"#, .complete),
        (#"{"data":[{"embedding":[0.5]},{"index":1}]}"#, .notUnderstood), (#"{"data":[{"embedding":[]}]}"#, .notUnderstood),
        (#"{"data":[{"embedding":""}]}"#, .notUnderstood), (#"{"data":[]}"#, .notUnderstood), (#"{"data":{}}"#, .notUnderstood),
        ("{}", .notUnderstood),
    ] as [(String, AnswerCompleteness)])
    func `an answer is kept when each of its vectors is there`(_ body: String, _ worth: AnswerCompleteness) throws {
        #expect(AnswerCompleteness(of: try JSONDocument(body), operation: .embeddings) == worth)
    }

    @Test func `it has no stream`() {
        #expect(GatewayModel.Operation.allCases.filter(\.hasStream) == [.chat, .messages])
        var batch = ChunkBatch()
        let answer = UnifiedResponse(body: Array(#"{"data":[{"embedding":[0.5]}]}"#.utf8))
        #expect(!AnswerReplay(operation: .embeddings).write(answer, into: &batch) && batch.isEmpty)
        #expect(AnswerAssembler(operation: .embeddings, maximumBytes: 100).obstacle == .unknown("embeddings.create"))
    }
}
