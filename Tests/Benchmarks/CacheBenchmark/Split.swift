// SPDX-License-Identifier: Apache-2.0
import Caching
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import TextEmbedding

/// A semantic hit's parts, one after another on this thread, each in processor time: what else the machine does not count.
struct Split {
    let store: AnswerStore
    let embedder: LocalEmbedder
    let partition: CacheKey

    private enum Part: String, CaseIterable { case tokenise, embed, search, judge }

    func run(_ texts: [String]) {
        let now = Int(Date().timeIntervalSince1970 * 1000)
        var index = VectorIndex(byteLimit: 4 << 30)
        let began = microseconds(CLOCK_MONOTONIC)
        store.eachPrompt(of: embedder.fingerprint, now: now) { batch in
            for prompt in batch {
                _ = index.insert(
                    prompt.key, into: prompt.partition, vector: prompt.vector, expiresAt: prompt.expiresAtMilliseconds, now: now)
            }
            return true
        }
        let loaded = microseconds(CLOCK_MONOTONIC) - began
        var times: [Part: [Double]] = [:]
        var pieces: [Int] = [], hits = 0
        for round in 0..<4 {
            for text in texts {
                var last = microseconds(CLOCK_THREAD_CPUTIME_ID)
                func ended(_ part: Part) {
                    let time = microseconds(CLOCK_THREAD_CPUTIME_ID)
                    // The first round is to warm up.
                    if round > 0 { times[part, default: []].append(time - last) }
                    last = microseconds(CLOCK_THREAD_CPUTIME_ID)
                }
                let count = embedder.pieces(of: text, atMost: 128).ids.count
                ended(.tokenise)
                let vector = QuantisedVector(embedder.embed(text, atMostPieces: 128).vector)
                ended(.embed)
                let near = index.nearest(
                    to: vector, in: partition, atLeast: SimilarityRules.strict.thresholds.least, atMost: 8, now: now)
                ended(.search)
                let asked = SemanticText(text)
                let isHit = near.contains { neighbour in
                    store.prompts(of: [neighbour.key])[neighbour.key].map {
                        SimilarityRules.strict.verdict(asked, SemanticText($0.text), cosine: neighbour.cosine).isHit
                    } ?? false
                }
                ended(.judge)
                pieces.append(count)
                if isHit { hits += 1 }
            }
        }
        report(index.count, index.byteCount, loaded, times, pieces.sorted()[pieces.count / 2], hits == pieces.count)
    }

    private func report(
        _ count: Int, _ bytes: Int, _ loaded: Double, _ times: [Part: [Double]], _ pieces: Int, _ areAllHits: Bool
    ) {
        // Embedding cuts the text itself: what that takes is taken off.
        let cut = percentile(times[.tokenise] ?? [], 0.5)
        let parts = Part.allCases.map { part in
            let all = (times[part] ?? []).map { part == .embed ? $0 - cut : $0 }
            return "\"\(part.rawValue)\":[\(percentile(all, 0.5)),\(percentile(all, 0.99))]"
        }
        print(
            """
            {"count":\(count),"bytes":\(bytes),"load_ms":\(loaded / 1000),"pieces":\(pieces),"all_hits":\(areAllHits),\
            \(parts.joined(separator: ","))}
            """)
    }

    private func percentile(_ values: [Double], _ share: Double) -> Double {
        values.isEmpty ? 0 : values.sorted()[Int(Double(values.count - 1) * share)]
    }

    private func microseconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}
