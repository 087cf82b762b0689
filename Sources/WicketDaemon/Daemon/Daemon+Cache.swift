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
        let (embedder, state) = openEmbedder(directory)
        let logger = logger
        let semantics = SemanticCache(
            embedder: embedder, state: state, work: try WorkerThreads(count: bounds.workers), storage: storage, clock: clock,
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

    /// The file that the configuration names, or the first of the places where one may be.
    private func openEmbedder(_ directory: StateDirectory) -> ((any TextEmbedder)?, CacheEmbedderState) {
        var state = CacheEmbedderState()
        if configuration.cache.semanticBytes == 0 {
            state.reason = "cache.semantic_bytes is 0."
            return (nil, state)
        }
        let places = configuration.embedderFile.map { [$0] } ?? [directory.file(LocalEmbedder.fileName), LocalEmbedder.systemPath]
        var absence: EmbedderAbsence?
        for place in places {
            do throws(EmbedderAbsence) {
                let embedder = try LocalEmbedder(path: place)
                state.state = .ready
                state.model = LocalEmbedder.modelName
                state.instructions = embedder.instructions.rawValue
                return (embedder, state)
            } catch {
                absence = absence ?? error
            }
        }
        state.state = .missing
        state.reason = absence?.reason
        logger.notice(
            "There is no embedder, so the cache's mode semantic is as simple", ["detail": .text(absence?.reason ?? "")])
        return (nil, state)
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
