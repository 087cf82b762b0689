// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

/// What a stream came to, in a form that can be compared.
struct StreamOutcome: Equatable {
    var chunks: [String] = []
    var usage = Usage()
    var model: String?
    var finished = false
    var failureStatus: Int?
    var providerError: String?

    /// Decodes `pieces`, taking the chunks out after each as the engine does.
    init(_ pieces: [ArraySlice<UInt8>], decoder: any StreamDecoder) {
        var batch = ChunkBatch()
        for piece in pieces {
            decoder.receive(Array(piece), into: &batch)
            take(&batch)
        }
        decoder.finish(into: &batch)
        take(&batch)
        usage = batch.usage
        model = batch.model
        finished = batch.finished
        failureStatus = batch.failure?.status
        providerError = batch.failure?.providerError.map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func take(_ batch: inout ChunkBatch) {
        var start = 0
        for end in batch.ends {
            chunks.append(String(decoding: batch.bytes[start..<end], as: UTF8.self))
            start = end
        }
        batch.removeChunks()
    }

    init(_ text: String, cut: Int = .max) {
        let provider = Provider.openAICompatible(id: "plain", baseURL: "https://plain.example.com")
        let bytes = Array(text.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: cut == .max ? max(1, bytes.count) : cut).map {
            bytes[$0..<min(bytes.count, cut == .max ? bytes.count : $0 + cut)]
        }
        self.init(pieces, decoder: OpenAIStreamDecoder(provider: provider))
    }
}

struct OpenAIStreamTests {
    static let usual = [
        #"{"id":"c1","object":"chat.completion.chunk","model":"","choices":[],"prompt_filter_results":[]}"#,
        #"{"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"usage":null}"#,
        #"{"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"content":"Grüße "},"finish_reason":null}],"usage":null}"#,
        #"{"id":"c1","model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
        #"{"id":"c1","model":"m-1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}"#,
    ]
    static let body = usual.map { "data: \($0)\n\n" }.joined()

    @Test(arguments: [1, 2, 3, 7, 64, Int.max])
    func `chunks pass as they came, however they are cut`(_ cut: Int) {
        let outcome = StreamOutcome(Self.body + "data: [DONE]\n\n", cut: cut)
        #expect(outcome.chunks == Self.usual)
        #expect(outcome.usage == Usage(inputTokens: 7, outputTokens: 3))
        #expect(outcome.model == "m-1")
        #expect(outcome.finished)
        #expect(outcome.failureStatus == nil)
    }

    @Test func `a stream without DONE is finished after a finish reason, and not before`() {
        #expect(StreamOutcome(Self.body).finished)
        #expect(!StreamOutcome(Self.usual.prefix(3).map { "data: \($0)\n\n" }.joined()).finished)
        #expect(!StreamOutcome("").finished)
    }

    @Test func `DONE ends the stream without a finish reason, and what follows counts for nothing`() {
        let outcome = StreamOutcome("data: {\"choices\":[]}\n\ndata: [DONE]\n\ndata: {\"error\":{\"code\":500}}\n\ndata: [DONE]")
        #expect(outcome.finished)
        #expect(outcome.chunks.count == 1)
        #expect(outcome.failureStatus == nil)
    }

    @Test func `the last DONE may lack its blank line`() {
        #expect(StreamOutcome("data: {\"choices\":[]}\n\ndata: [DONE]").finished)
    }

    @Test func `comments, empty data and unknown events' names are no chunks`() {
        let outcome = StreamOutcome(": OPENROUTER PROCESSING\n\ndata:\n\nevent: chunk\ndata: {\"choices\":[]}\n\n")
        #expect(outcome.chunks == [#"{"choices":[]}"#])
    }

    @Test func `data over several lines become one line`() {
        #expect(StreamOutcome("data: {\ndata:  \"choices\":\ndata: []}\n\n").chunks == [#"{  "choices": []}"#])
    }

    @Test func `usage on each chunk is the last one's, and Groq's extra is not added to it`() {
        let outcome = StreamOutcome(
            """
            data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":1}}

            data: {"choices":[{"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":7,"completion_tokens":3}}}

            data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}


            """)
        #expect(outcome.usage == Usage(inputTokens: 7, outputTokens: 3))
    }

    @Test(arguments: [
        (#"data: {"error":{"message":"Upstream error","code":504}}"#, 504),
        (#"data: {"error":{"message":"Upstream error","code":504},"choices":[{"finish_reason":"error"}]}"#, 504),
        ("event: error\n" + #"data: {"error":{"message":"Bad tool","status_code":400}}"#, 400),
        ("event: error\n" + #"data: {"message":"odd"}"#, 502),
        (#"data: {"error":{"message":"Odd code","code":17}}"#, 502),
        (#"data: {"error":"gone"}"#, 502),
        ("data: {\"choices\":", 502), ("data: oops", 502), ("data: [1]", 502), ("data: \u{1}", 502),
    ])
    func `an error in the stream is its failure, and the chunks before it count`(_ event: String, _ status: Int) throws {
        for cut in [1, Int.max] {
            let outcome = StreamOutcome(Self.body + event + "\n\ndata: {\"choices\":[],\"late\":1}\n\n", cut: cut)
            #expect(outcome.chunks == Self.usual)
            #expect(outcome.failureStatus == status)
            #expect(!outcome.finished)
            _ = try JSONDocument(try #require(outcome.providerError))
        }
    }

    @Test func `null and empty errors are none`() {
        let outcome = StreamOutcome("data: {\"error\":null,\"choices\":[]}\n\ndata: {\"error\":\"\",\"choices\":[]}\n\n")
        #expect(outcome.chunks.count == 2)
    }

    @Test(arguments: [1, Int.max])
    func `a plain body where a stream was asked for is a failure with what it says`(_ cut: Int) {
        let error = StreamOutcome("\n {\"error\": {\"message\": \"No such model\",\n \"code\": 404}}", cut: cut)
        #expect(error.failureStatus == 404)
        #expect(error.providerError?.contains("No such model") == true)
        let whole = StreamOutcome(#"{"id":"c1","choices":[{"message":{"content":"hi"}}]}"#, cut: cut)
        #expect(whole.failureStatus == 502)
        #expect(!whole.finished)
    }

    @Test func `an event without end is a failure, not memory without bound`() {
        let decoder = OpenAIStreamDecoder(provider: .openAICompatible(id: "plain", baseURL: "https://plain.example.com"))
        var batch = ChunkBatch()
        decoder.receive(Array("data: ".utf8), into: &batch)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<17 where batch.failure == nil { decoder.receive(piece, into: &batch) }
        #expect(batch.failure?.status == 502)
    }
}
