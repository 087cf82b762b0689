// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import TestSupport
import Testing

@testable import ProviderAdapters

struct ReplayPiecesTests {
    private func pieces(_ inner: String) -> [String] {
        TextPieces(Array(inner.utf8)[...]).map { String(decoding: $0, as: UTF8.self) }
    }

    private func text(_ inner: some StringProtocol) -> String? {
        let document = try? JSONDocument("\"\(inner)\"")
        return document.flatMap { $0.string($0.root) }
    }

    @Test func `text is cut behind spaces, in pieces no longer than the limit`() {
        let words = pieces(String(repeating: "some words, ", count: 100))
        #expect(words.count == 5)
        #expect(words.allSatisfy { $0.hasSuffix(" ") && $0.utf8.count <= TextPieces.limit })
        #expect(words.allSatisfy { $0.utf8.count > TextPieces.limit / 2 })
        #expect(words.joined() == String(repeating: "some words, ", count: 100))
        #expect(pieces("") == [])
        #expect(pieces("short one") == ["short one"])
    }

    static let alphabets = [
        "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00", "\\uD83D\\uDE00", "\\ud83d", "é", "漢", "👩‍👩‍👧‍👦", "e\u{301}", "🇩🇪",
        "\\u0301", " ", " \u{301}", "word", "한", "\u{1100}\u{1161}", "\\u200d", "\\r\\n", "x",
    ]

    @Test(arguments: 0..<60) func `no cut is inside an escape, a scalar or a grapheme, and nothing is lost`(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        // Few kinds at once, so that there are runs without a good place.
        let kinds = (0..<Int.random(in: 1...4, using: &random)).compactMap { _ in Self.alphabets.randomElement(using: &random) }
        let inner = (0..<Int.random(in: 1...900, using: &random)).compactMap { _ in kinds.randomElement(using: &random) }.joined()
        let whole = try #require(text(inner))
        let all = pieces(inner)
        #expect(all.joined() == inner)
        let texts = try all.map { try #require(text($0)) }
        #expect(texts.joined() == whole)
        #expect(texts.reduce(0) { $0 + $1.count } == whole.count, "a grapheme was cut")
        #expect(all.allSatisfy { $0.utf8.count <= TextPieces.limit || (text($0)?.count ?? 0) == 1 })
    }

    @Test func `a grapheme longer than the limit is one piece`() {
        let monster = "e" + String(repeating: "\u{301}", count: 400)
        #expect(pieces("a\(monster)b") == ["a", monster, "b"])
    }

    @Test func `usage comes last and only if it was asked for`() throws {
        let choice = #"{"index":0,"message":{"content":"x"},"finish_reason":"stop"}"#
        let whole = Array(#"{"id":"c","choices":[\#(choice)],"usage":{"a":1}}"#.utf8)
        func said(_ request: String) throws -> [String] {
            let document = try JSONDocument(request)
            var batch = ChunkBatch()
            let usage = Usage(inputTokens: 3)
            let replay = AnswerReplay(operation: .chat, request: document.root, in: document)
            #expect(replay.write(UnifiedResponse(body: whole, usage: usage, model: "m"), into: &batch))
            #expect(batch.finished && batch.usage == usage && batch.model == "m")
            return Replay.chunks(of: batch).map { String(decoding: $0, as: UTF8.self) }
        }
        let asked = try said(#"{"stream_options":{"include_usage":true}}"#)
        #expect(asked.last == #"{"id":"c","choices":[],"usage":{"a":1}}"#)
        #expect(asked.dropLast().allSatisfy { $0.hasSuffix(#","usage":null}"#) })
        #expect(try said("{}").allSatisfy { !$0.contains("usage") })
        #expect(try said("{}").count == asked.count - 1)
    }

    @Test func `what is no answer is not replayed, and leaves the batch as it was`() {
        for body in ["", "[]", "{}", #"{"choices":[]}"#, #"{"choices":[{"index":0}]}"#, #"{"content":[{}]}"#, #"{"content":7}"#] {
            for operation in [GatewayModel.Operation.chat, .messages, .models] {
                var batch = ChunkBatch()
                batch.bytes = [0x7B, 0x7D]
                batch.endChunk()
                let isReplayed = AnswerReplay(operation: operation).write(UnifiedResponse(body: Array(body.utf8)), into: &batch)
                #expect(!isReplayed, "\(body) \(operation)")
                #expect(batch.bytes == [0x7B, 0x7D] && batch.ends == [2] && !batch.finished)
            }
        }
    }
}
