// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

/// A chunk that differs from the last one in its content only is not read again; every other difference must still be seen.
@Suite struct OpenAIChunkPatternTests {
    private static func chunk(_ content: String, reason: String = "null", rest: String = "") -> String {
        #"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"\#(content)"},"finish_reason":\#(reason)}]\#(rest)}"#
    }

    private func outcome(_ chunks: [String]) -> StreamOutcome {
        let body = chunks.map { "data: \($0)\n\n" }.joined() + "data: [DONE]\n\n"
        let provider = Provider.openAICompatible(id: "plain", baseURL: "https://plain.example.com")
        return StreamOutcome([Array(body.utf8)[...]], decoder: OpenAIStreamDecoder(provider: provider))
    }

    @Test func `chunks that differ in their content pass as they came`() {
        let chunks = ["", "a", " two words", "é", #"a \"quoted\" \n line"#, "{}[]:,", "again"].map { Self.chunk($0) }
        let outcome = outcome(chunks)
        #expect(outcome.chunks == chunks)
        #expect(outcome.failureStatus == nil)
    }

    @Test(arguments: [
        chunk(#"a","b":"#), chunk(#"a\"#), chunk("a\u{1}b"), chunk(#"\x"#), chunk("a") + "x", String(chunk("a").dropLast()),
    ])
    func `a chunk that is broken inside of its content is a failure`(_ broken: String) {
        let outcome = outcome([Self.chunk("a"), broken, Self.chunk("b")])
        #expect(outcome.chunks == [Self.chunk("a")])
        #expect(outcome.failureStatus == 502)
    }

    @Test func `usage, a finish reason and an error are seen in any chunk`() {
        let usage = #","usage":{"prompt_tokens":3,"completion_tokens":4}"#
        let counted = outcome([Self.chunk("a"), Self.chunk("b", rest: usage), Self.chunk("c")])
        #expect(counted.usage.inputTokens == 3 && counted.usage.outputTokens == 4)
        let growing = (1...3).map { Self.chunk("x", rest: #","usage":{"prompt_tokens":1,"completion_tokens":\#($0)}"#) }
        #expect(outcome(growing).usage.outputTokens == 3)
        let failed = outcome([Self.chunk("a"), Self.chunk("b", rest: #","error":{"message":"no","code":429}"#)])
        #expect(failed.failureStatus == 429)
    }

    @Test func `a pattern is learned from a plain chunk only`() throws {
        var pattern = ChunkPattern()
        let bytes = Array(Self.chunk("other").utf8)[...]
        #expect(!pattern.matches(bytes))
        pattern.learn(try JSONDocument(Self.chunk("a")), isPlain: true)
        #expect(pattern.matches(bytes))
        pattern.learn(try JSONDocument(Self.chunk("a")), isPlain: false)
        #expect(!pattern.matches(bytes))
        pattern.learn(try JSONDocument(#"{"choices":[]}"#), isPlain: true)
        #expect(!pattern.matches(bytes))
    }
}
