// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing
import Synchronization

/// Answers to questions that mean the same. Vectors are made, compared and judged on background threads; a reactor only waits.
package final class SemanticCache: Sendable {
    /// So many of the nearest questions are judged.
    private static let mostCandidates = 8
    /// Of so many embedders what is on disk is read.
    private static let mostEmbedders = 64
    /// A longer text is no question whose paraphrase could be told, nor one that the model was trained on.
    static let mostPieces = 128

    /// The daemon's own embedder, and the threads that compare vectors.
    package let local: LocalVectors
    let storage: any AnswerStorage
    private let clock: GatewayClock
    private let byteLimit: Int
    /// Vectors of different embedders are in different partitions: none is ever compared with another's.
    private let index: Mutex<VectorIndex>
    /// The fingerprints of embedders whose vectors on disk were taken into the index.
    private let loaded = Mutex<Set<String>>([])
    /// How often a provider was asked for a vector and gave none.
    let embeddingFailures = Atomic(0)
    let domains = Mutex<[String: DomainState]>([:])
    let report: @Sendable (String) -> Void

    package let embedderState: CacheEmbedderState

    /// - Parameters:
    ///   - local: what makes vectors where no config names another.
    ///   - state: of it, for whoever asks.
    ///   - byteLimit: of the vectors in memory; 0: nothing is looked up by its meaning.
    ///   - report: told when a domain stops serving semantic hits.
    package init(
        local: LocalVectors, state: CacheEmbedderState, storage: any AnswerStorage, clock: GatewayClock, byteLimit: Int,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.local = local
        embedderState = state
        self.storage = storage
        self.clock = clock
        self.byteLimit = byteLimit
        index = Mutex(VectorIndex(byteLimit: byteLimit))
        self.report = report
    }

    /// Reads what is kept of the daemon's own embedder. Until then there are no hits of it.
    package func load() async {
        let counts = await storage.falseHits()
        domains.withLock { $0.merge(counts.mapValues { DomainState(counts: $0) }) { now, _ in now } }
        guard byteLimit > 0, let embedder = local.embedder else { return }
        try? await work.run { [self] in load(embedder.fingerprint) }
    }

    var work: any BackgroundWork { local.work }

    /// Whether questions can be looked up by their meaning.
    func isAvailable(for rule: SemanticRule) -> Bool { byteLimit > 0 && (rule.embeddings != nil || local.embedder != nil) }

    // MARK: Finding

    /// - Parameter provider: who makes the vector, where a config says it.
    func find(_ question: CacheQuestion, _ provider: ProviderVectors?) async -> SemanticFinding {
        guard isAvailable(for: question.rule.semantic), case .asked(let text, let partition) = question.semantic else {
            return .none
        }
        let rules = SimilarityRules(question.rule.semantic)
        let isHeldBack = domains.withLock { $0[question.domain]?.counts.isStopped ?? false }
        var probe: SemanticProbe?
        if let provider {
            do throws(GatewayFailure) { probe = try await self.probe(text, partition, provider) } catch {
                if error.code != .cancelled { embeddingFailures.add(1, ordering: .relaxed) }
                return .none
            }
        }
        do throws(GatewayFailure) {
            return try await work.run { [self, probe] in
                guard let probe = probe ?? self.probe(text, partition) else { return .none }
                guard let best = firstHit(for: probe, rules) else { return .missed(probe) }
                return .found(
                    SemanticHit(key: best.key, cosine: best.cosine, learned: best.learned, isHeldBack: isHeldBack), probe)
            }
        } catch {
            // Too much waits: the question is answered without.
            return .none
        }
    }

    /// What stands nearest to a text, and what is thought of it; best first.
    /// - Returns: nil where the provider gives no vector.
    func explain(
        _ text: String, partition: CacheKey, _ rules: SimilarityRules, _ provider: ProviderVectors?
    ) async throws(GatewayFailure) -> [SemanticCandidate]? {
        var probe: SemanticProbe?
        if let provider {
            do throws(GatewayFailure) { probe = try await self.probe(text, partition, provider) } catch { return nil }
        }
        return try await work.run { [self, probe] in
            guard let probe = probe ?? self.probe(text, partition) else { return [] }
            let asked = SemanticText(text)
            return neighbours(of: probe, atLeast: 0.5).compactMap { candidate($0, asked, rules) }
        }
    }

    private func probe(_ text: String, _ partition: CacheKey) -> SemanticProbe? {
        guard let embedder = local.embedder else { return nil }
        let embedding = embedder.embed(text, atMostPieces: Self.mostPieces)
        if embedding.isCut || embedding.hasUnknown { return nil }
        return SemanticProbe(
            text: text, partition: partition, vector: QuantisedVector(embedding.vector), embedder: embedder.fingerprint)
    }

    private func probe(
        _ text: String, _ partition: CacheKey, _ provider: ProviderVectors
    ) async throws(GatewayFailure) -> SemanticProbe {
        let (vector, embedder) = try await provider.vector(of: text)
        return SemanticProbe(
            text: text, partition: partition.of(embedder), vector: QuantisedVector(vector), embedder: embedder.name)
    }

    /// Rows are read and judged one by one: mostly the nearest is it.
    private func firstHit(for probe: SemanticProbe, _ rules: SimilarityRules) -> SemanticCandidate? {
        let near = neighbours(of: probe, atLeast: rules.thresholds.least)
        if near.isEmpty { return nil }
        let asked = SemanticText(probe.text)
        for neighbour in near {
            guard let candidate = candidate(neighbour, asked, rules), candidate.isHit else { continue }
            index.withLock { $0.markUsed(candidate.key) }
            return candidate
        }
        return nil
    }

    private func neighbours(of probe: SemanticProbe, atLeast least: Float) -> [Neighbour] {
        load(probe.embedder)
        let now = clock.wallMilliseconds()
        return index.withLock {
            $0.nearest(to: probe.vector, in: probe.partition, atLeast: least, atMost: Self.mostCandidates, now: now)
        }
    }

    private func candidate(_ neighbour: Neighbour, _ asked: SemanticText, _ rules: SimilarityRules) -> SemanticCandidate? {
        guard let (text, learned) = storage.prompts(of: [neighbour.key])[neighbour.key] else { return nil }
        // Rounded to bytes, a short vector may be a little too long.
        let cosine = min(neighbour.cosine, 1)
        return SemanticCandidate(
            key: neighbour.key, text: text, cosine: cosine,
            verdict: rules.verdict(asked, SemanticText(text), cosine: cosine), learned: learned)
    }

    // MARK: Keeping

    /// Makes a kept answer's question known. Where too much waits it is known after the next start.
    func keep(_ probe: SemanticProbe, _ answer: CachedAnswer) async {
        let now = clock.wallMilliseconds()
        // Not on a reactor: a search of a large index holds the lock for longer than one may wait there.
        try? await work.run { [self] in
            index.withLock {
                _ = $0.insert(
                    answer.key, into: probe.partition, vector: probe.vector, expiresAt: answer.expiresAtMilliseconds, now: now)
                // More than come in: what has expired is gone after a round, whatever the pace.
                _ = $0.removeExpired(now: now, looks: 4)
            }
        }
    }

    func remove(_ keys: [CacheKey]) async {
        try? await work.run { [self] in
            index.withLock { vectors in for key in keys { vectors.remove(key) } }
        }
    }

    package var vectorCount: Int { index.withLock { $0.count } }

    /// Takes what is on disk of an embedder, unless another thread does so already.
    private func load(_ embedder: String) {
        let isFirst = loaded.withLock { loaded in
            // Who names a new model in each call does not make the disk be read for each.
            loaded.count < Self.mostEmbedders && loaded.insert(embedder).inserted
        }
        guard isFirst else { return }
        let now = clock.wallMilliseconds()
        storage.eachPrompt(of: embedder, now: now) { batch in
            index.withLock { vectors in
                for prompt in batch {
                    // What came since is newer than its row.
                    if vectors.contains(prompt.key) { continue }
                    if vectors.byteCount >= byteLimit - 4096 { return false }
                    _ = vectors.insert(
                        prompt.key, into: prompt.partition, vector: prompt.vector, expiresAt: prompt.expiresAtMilliseconds,
                        now: now)
                }
                return true
            }
        }
    }
}
