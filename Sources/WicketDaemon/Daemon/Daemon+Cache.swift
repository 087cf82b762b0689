// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Observability
import Reactor
import TextEmbedding

/// The cache and what it stands on. None of it is needed to answer a request, so nothing that is wrong with it ends the daemon.
extension Daemon {
    func makeCache(_ directory: StateDirectory) throws(GatewayFailure) -> SharedCache {
        let bounds = configuration.cache
        let storage = openAnswers(directory)
        let (embedder, state, absence) = openEmbedder(directory)
        let logger = logger
        let local = LocalVectors(embedder, absence: absence, work: try WorkerThreads(count: bounds.workers))
        let semantics = SemanticCache(
            local: local, state: state, storage: storage, clock: clock,
            byteLimit: storage is NoAnswerStorage ? 0 : bounds.semanticBytes
        ) { logger.warning("Semantic hits are not served any more", ["detail": .text($0)]) }
        return SharedCache(storage: storage, semantics: semantics, clock: clock, memoryBytes: bounds.memoryBytes)
    }

    private func openAnswers(_ directory: StateDirectory) -> any AnswerStorage {
        let bytes = configuration.cache.diskBytes
        if bytes == 0 { return NoAnswerStorage() }
        var options = AnswerStoreOptions(wallMilliseconds: clock.wallMilliseconds)
        options.diskBytes = bytes
        let logger = logger
        do throws(GatewayFailure) {
            return try AnswerStore(in: directory, options: options) { level, message in logger.report(level, message) }
        } catch {
            logger.warning("The cache has no disk, and keeps answers in memory only", ["detail": .text(error.message)])
            return NoAnswerStorage(trouble: error.message)
        }
    }

    /// The file that the configuration names, or the first of the places where one may be. `embeddings.create` answers with it
    /// even where the cache does not.
    /// - Returns: the embedder, what it is to the cache, and why there is none.
    private func openEmbedder(_ directory: StateDirectory) -> ((any TextEmbedder)?, CacheEmbedderState, absence: String) {
        let places = configuration.embedderFile.map { [$0] } ?? [directory.file(LocalEmbedder.fileName), LocalEmbedder.systemPath]
        var absence: EmbedderAbsence?
        var embedder: LocalEmbedder?
        for place in places where embedder == nil {
            do throws(EmbedderAbsence) { embedder = try LocalEmbedder(path: place) } catch { absence = absence ?? error }
        }
        let reason = absence?.reason ?? ""
        var state = CacheEmbedderState()
        if configuration.cache.semanticBytes == 0 {
            state.reason = "cache.semantic_bytes is 0."
        } else if let embedder {
            state.state = .ready
            state.model = LocalEmbedder.modelName
            state.instructions = embedder.instructions.rawValue
        } else {
            state.state = .missing
            state.reason = reason
            logger.notice("There is no embedder, so the cache's mode semantic is as simple", ["detail": .text(reason)])
        }
        return (embedder, state, reason)
    }

    /// Reads what the semantic cache has on disk, while requests are answered already.
    func loadCache(_ cache: SharedCache) {
        let (clock, logger) = (clock, logger)
        let began = clock.monotonicNanoseconds()
        main.reactor.spawn {
            await cache.semantics.load()
            let took = Int((clock.monotonicNanoseconds() &- began) / 1_000_000)
            let count = cache.semantics.vectorCount
            if count > 0 { logger.info("The cache's questions are loaded", ["count": .integer(count), "ms": .integer(took)]) }
        }
    }
}
