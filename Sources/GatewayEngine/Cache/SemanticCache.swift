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
    /// A longer text is no question whose paraphrase could be told, nor one that the model was trained on.
    static let mostPieces = 128

    let embedder: (any TextEmbedder)?
    let work: any BackgroundWork
    let storage: any AnswerStorage
    private let clock: GatewayClock
    private let byteLimit: Int
    /// By the fingerprint of what made their vectors.
    private let indexes = Mutex<[String: EmbedderIndex]>([:])
    let domains = Mutex<[String: DomainState]>([:])
    let report: @Sendable (String) -> Void

    package let embedderState: CacheEmbedderState

    /// - Parameters:
    ///   - state: of the embedder, for whoever asks.
    ///   - byteLimit: of the vectors in memory; 0: nothing is looked up by its meaning.
    ///   - report: told when a domain stops serving semantic hits.
    package init(
        embedder: (any TextEmbedder)?, state: CacheEmbedderState, work: any BackgroundWork, storage: any AnswerStorage,
        clock: GatewayClock, byteLimit: Int,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.embedder = embedder
        embedderState = state
        self.work = work
        self.storage = storage
        self.clock = clock
        self.byteLimit = byteLimit
        self.report = report
    }

    /// Reads what is kept of the daemon's own embedder. Until then there are no hits of it.
    package func load() async {
        let counts = await storage.falseHits()
        domains.withLock { $0.merge(counts.mapValues { DomainState(counts: $0) }) { now, _ in now } }
        guard let embedder else { return }
        let index = index(of: embedder.fingerprint)
        try? await work.run { [self] in load(index) }
    }

    /// Whether questions can be looked up by their meaning at all.
    var isAvailable: Bool { byteLimit > 0 && embedder != nil }

    // MARK: Finding

    func find(_ question: CacheQuestion) async -> SemanticFinding {
        guard isAvailable, case .asked(let text, let partition) = question.semantic else { return .none }
        let rules = SimilarityRules(question.rule.semantic)
        let isHeldBack = domains.withLock { $0[question.domain]?.counts.isStopped ?? false }
        do throws(GatewayFailure) {
            return try await work.run { [self] in
                guard let probe = probe(text, partition) else { return .none }
                let best = candidates(for: probe, rules).first { $0.isHit }
                guard let best else { return .missed(probe) }
                return .found(
                    SemanticHit(key: best.key, cosine: best.cosine, learned: best.learned, isHeldBack: isHeldBack), probe)
            }
        } catch {
            // Too much waits: the question is answered without.
            return .none
        }
    }

    /// What stands nearest to a text, and what is thought of it; best first.
    func explain(
        _ text: String, partition: CacheKey, _ rules: SimilarityRules
    ) async throws(GatewayFailure) -> [SemanticCandidate] {
        try await work.run { [self] in
            probe(text, partition).map { candidates(for: $0, rules, atLeast: 0.5) } ?? []
        }
    }

    private func probe(_ text: String, _ partition: CacheKey) -> SemanticProbe? {
        guard let embedder else { return nil }
        let embedding = embedder.embed(text, atMostPieces: Self.mostPieces)
        if embedding.isCut || embedding.hasUnknown { return nil }
        return SemanticProbe(
            text: text, partition: partition, vector: QuantisedVector(embedding.vector), embedder: embedder.fingerprint)
    }

    private func candidates(
        for probe: SemanticProbe, _ rules: SimilarityRules, atLeast least: Float? = nil
    ) -> [SemanticCandidate] {
        let index = index(of: probe.embedder)
        if !index.isLoaded.load(ordering: .acquiring) { load(index) }
        let now = clock.wallMilliseconds()
        let near = index.vectors.withLock {
            $0.nearest(
                to: probe.vector, in: probe.partition, atLeast: least ?? rules.thresholds.least, atMost: Self.mostCandidates,
                now: now)
        }
        if near.isEmpty { return [] }
        let prompts = storage.prompts(of: near.map(\.key))
        let asked = SemanticText(probe.text)
        return near.compactMap { neighbour in
            guard let (text, learned) = prompts[neighbour.key] else { return nil }
            return SemanticCandidate(
                key: neighbour.key, text: text, cosine: neighbour.cosine,
                verdict: rules.verdict(asked, SemanticText(text), cosine: neighbour.cosine), learned: learned)
        }
    }

    // MARK: Keeping

    /// Makes a kept answer's question known. Where too much waits it is known after the next start.
    func keep(_ probe: SemanticProbe, _ answer: CachedAnswer) async {
        let now = clock.wallMilliseconds()
        // Not on a reactor: a search of a large index holds the lock for longer than one may wait there.
        try? await work.run { [self] in
            index(of: probe.embedder).vectors.withLock {
                _ = $0.insert(
                    answer.key, into: probe.partition, vector: probe.vector, expiresAt: answer.expiresAtMilliseconds, now: now)
            }
        }
    }

    func remove(_ keys: [CacheKey]) async {
        let all = indexes.withLock { Array($0.values) }
        try? await work.run {
            for index in all { index.vectors.withLock { vectors in for key in keys { vectors.remove(key) } } }
        }
    }

    package var vectorCount: Int { counts.vectors }

    /// Entries and bytes of all indexes.
    var counts: (vectors: Int, bytes: Int) {
        indexes.withLock { Array($0.values) }.reduce((0, 0)) { sum, index in
            index.vectors.withLock { (sum.0 + $0.count, sum.1 + $0.byteCount) }
        }
    }

    private func index(of fingerprint: String) -> EmbedderIndex {
        indexes.withLock { indexes in
            if let index = indexes[fingerprint] { return index }
            let index = EmbedderIndex(fingerprint, byteLimit: byteLimit)
            indexes[fingerprint] = index
            return index
        }
    }

    /// Takes what is on disk, unless another thread does so already.
    private func load(_ index: EmbedderIndex) {
        if index.isLoading.exchange(true, ordering: .acquiringAndReleasing) { return }
        let now = clock.wallMilliseconds()
        storage.eachPrompt(of: index.fingerprint, now: now) { batch in
            index.vectors.withLock { vectors in
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
        index.isLoaded.store(true, ordering: .releasing)
    }
}

/// The vectors that one embedder made. Other embedders' are never compared with them.
private final class EmbedderIndex: Sendable {
    let fingerprint: String
    let vectors: Mutex<VectorIndex>
    let isLoading = Atomic(false)
    let isLoaded = Atomic(false)

    init(_ fingerprint: String, byteLimit: Int) {
        self.fingerprint = fingerprint
        vectors = Mutex(VectorIndex(byteLimit: byteLimit))
    }
}
