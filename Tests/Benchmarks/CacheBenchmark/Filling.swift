// SPDX-License-Identifier: Apache-2.0
import Caching
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import TestSupport
import TextEmbedding

/// Writes rows as the daemon's own store does. Their vectors are mixed of two real ones and noise, so that some lie near a
/// question and most do not, as in a cache that has grown by itself.
struct Filling {
    let store: AnswerStore
    let embedder: LocalEmbedder
    let partition: CacheKey
    let scope: String

    private static let together = 4096
    private static let body = Array(
        """
        {"id":"chatcmpl-filled","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":\
        {"role":"assistant","content":"One of many."},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":4,\
        "total_tokens":16}}
        """.utf8)

    func run(_ texts: [String], count: Int) async {
        var random = SeededRandom(seed: UInt64(count))
        let real = texts.map { embedder.embed($0, atMostPieces: 128).vector }
        let noise = (0..<512).map { _ in unit((0..<embedder.dimensions).map { _ in Float.random(in: -1...1, using: &random) }) }
        let now = Int(Date().timeIntervalSince1970 * 1000)
        for number in 0..<count {
            let vector = mixed(real, noise, &random)
            let key = CacheKey(words: (random.next(), random.next(), random.next(), random.next()))
            let expiry = now + 30 * 86_400_000
            let answer = CachedAnswer(
                key: key, scope: scope, namespace: nil, operation: .chat, provider: "openai", body: Self.body,
                usage: Usage(inputTokens: 12, outputTokens: 4), responseModel: "bench-1",
                traceID: hexadecimal(Array(key.bytes.prefix(16))), storedAtMilliseconds: now, expiresAtMilliseconds: expiry)
            let prompt = CachedPrompt(
                key: key, partition: partition, domain: scope, text: "\(texts[number % texts.count]) Case \(number)",
                vector: QuantisedVector(vector), embedder: embedder.fingerprint, expiresAtMilliseconds: expiry)
            store.store(answer, prompt)
            if number % Self.together == Self.together - 1 { await store.flush() }
        }
        await store.flush()
    }

    private func mixed(_ real: [[Float]], _ noise: [[Float]], _ random: inout SeededRandom) -> [Float] {
        let one = real[Int.random(in: real.indices, using: &random)], other = real[Int.random(in: real.indices, using: &random)]
        let strange = noise[Int.random(in: noise.indices, using: &random)]
        let share = Float.random(in: 0...1, using: &random), distance = Float.random(in: 0.2...0.8, using: &random)
        return one.indices.map { one[$0] + share * other[$0] + distance * strange[$0] }
    }

    private func unit(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }
}
