// SPDX-License-Identifier: Apache-2.0
package import Caching
package import GatewayEngine
package import GatewayModel
import Synchronization

/// The cache's own database in the state directory: nothing that befalls it can touch the vault or the log of calls.
///
/// It never fails a request. What it cannot read is not there; what it cannot write is counted.
package final class AnswerStore: Sendable {
    package let path: String
    private let file: AnswerFile
    private let writer: AnswerWriter
    private let thread: QueryThread
    /// For `answer(for:)` and what else is awaited, on a thread of its own.
    private let reading: AnswerConnection
    /// For whoever blocks. Queries are short and one at a time.
    private let blocking: AnswerConnection
    private let options: AnswerStoreOptions

    /// Opens the file, or makes it. A file that cannot be used is no error: it is tried again when something is to be written.
    /// - Parameter report: told of trouble and its end; called on any thread.
    /// - Throws: when the process may have no more descriptors or threads.
    package init(
        in directory: StateDirectory, options: AnswerStoreOptions,
        report: @escaping @Sendable (StoreReportLevel, String) -> Void
    ) throws(GatewayFailure) {
        path = directory.file("cache.db")
        self.options = options
        guard let writerBell = Doorbell(), let threadBell = Doorbell() else {
            throw GatewayFailure(.internalError, "The process has no file descriptor left; raise its limit (LimitNOFILE).")
        }
        let file = AnswerFile(path: path)
        let writer = AnswerWriter(file, writerBell, options, report: report)
        let thread = QueryThread(threadBell)
        self.file = file
        self.writer = writer
        self.thread = thread
        reading = AnswerConnection(file) { writer.foundDamage($0) }
        blocking = AnswerConnection(file) { writer.foundDamage($0) }
        guard startThread("wicket-cache-w", { writer.run() }), startThread("wicket-cache-r", { thread.run() }) else {
            throw GatewayFailure(.internalError, "The system refuses another thread; raise the limit on tasks (TasksMax).")
        }
    }

    /// Returns when all that was queued before is written or lost.
    package func flush() async {
        await withUnsafeContinuation { continuation in
            if !writer.submit(.flush { continuation.resume() }) { continuation.resume() }
        }
    }

    /// Writes what is queued, ends both threads and closes the file. Nothing is found or kept afterwards.
    package func close() async {
        await withUnsafeContinuation { continuation in
            if !thread.close({ continuation.resume() }) { continuation.resume() }
        }
        reading.close()
        blocking.close()
        await withUnsafeContinuation { continuation in
            if !writer.close({ continuation.resume() }) { continuation.resume() }
        }
    }

    deinit {
        _ = thread.close {}
        _ = writer.close {}
    }

    private func query<Value: Sendable>(_ body: @escaping @Sendable (AnswerConnection) -> Value?) async -> Value? {
        let reading = reading
        return await withUnsafeContinuation { continuation in
            thread.submit { isClosed in continuation.resume(returning: isClosed ? nil : body(reading)) }
        }
    }

    private func dropRow(_ id: Int) {
        writer.inbox.withLock { $0.damaged += 1 }
        _ = writer.submit(.dropRow(id))
    }
}

extension AnswerStore: AnswerStorage {
    package func answer(for key: CacheKey, now: Int) async -> CachedAnswer? {
        let writer = writer
        let found = await query { reading -> AnswerRow.Found? in
            if writer.inbox.withLock({ $0.isRemoved(key) }) { return nil }
            return reading.read { connection throws(SQLiteError) in try AnswerRow.find(key, connection) } ?? nil
        }
        guard let found else { return nil }
        guard let answer = found.answer else {
            dropRow(found.id)
            return nil
        }
        if answer.expiresAtMilliseconds <= now { return nil }
        // Written only when it says something new of what may go first.
        if now / 1000 - found.usedAtSeconds > 600 { writer.inbox.withLock { $0.use(found.id, atSeconds: now / 1000) } }
        return answer
    }

    package func store(_ answer: CachedAnswer, _ prompt: CachedPrompt?) { _ = writer.submit(.store(answer, prompt)) }
    package func learn(_ key: CacheKey, _ learned: LearnedThreshold) { _ = writer.submit(.learn(key, learned)) }
    package func remove(_ key: CacheKey) { _ = writer.submit(.remove(key)) }
    package func save(_ counts: FalseHitCounts, of domain: String) { _ = writer.submit(.save(counts, domain: domain)) }

    package func purge(_ selection: CacheSelection) async throws(GatewayFailure) -> [CacheKey] {
        let result: Result<[CacheKey], GatewayFailure> = await withUnsafeContinuation { continuation in
            let purge = AnswerPurge { continuation.resume(returning: $0) }
            if !writer.submit(.purge(selection, purge)) {
                continuation.resume(
                    returning: .failure(GatewayFailure(.internalError, "The cache is closed: the daemon is shutting down.")))
            }
        }
        return try result.get()
    }

    package func prompts(of keys: [CacheKey]) -> [CacheKey: (text: String, learned: LearnedThreshold)] {
        var prompts: [CacheKey: (text: String, learned: LearnedThreshold)] = [:]
        for key in keys {
            let (isRemoved, fresh) = writer.inbox.withLock { ($0.isRemoved(key), $0.freshPrompt(key)) }
            if isRemoved { continue }
            if let fresh {
                if let text = fresh.text { prompts[key] = (text, fresh.learned) }
                continue
            }
            switch blocking.read({ connection throws(SQLiteError) in try PromptRow.find(key, connection) }) {
            case .row(let text, let learned): prompts[key] = (text, learned)
            case .damaged(let id): dropRow(id)
            case .some(.none), nil: break
            }
        }
        return prompts
    }

    package func eachPrompt(of embedder: String, now: Int, _ body: ([IndexedPrompt]) -> Bool) {
        var last: Int? = Int.min
        while let from = last {
            // In pieces, so that no snapshot stands in the way of the log's checkpoints.
            let batch = blocking.read { connection throws(SQLiteError) in
                try PromptRow.batch(after: from, limit: 2048, embedder: embedder, now: now, connection)
            }
            guard let batch else { return }
            for id in batch.damaged { dropRow(id) }
            if !batch.prompts.isEmpty, !body(batch.prompts) { return }
            last = batch.last
        }
    }

    package func falseHits() async -> [String: FalseHitCounts] {
        let loaded = await query { reading in
            reading.read { connection throws(SQLiteError) in try FalseHitsRow.load(connection) }
        }
        for id in loaded?.damaged ?? [] {
            writer.inbox.withLock { $0.damaged += 1 }
            _ = writer.submit(.dropCounts(id))
        }
        return loaded?.counts ?? [:]
    }

    package func statistics() async -> AnswerStorageStatistics {
        let counted = await query { reading in
            reading.read { connection throws(SQLiteError) in
                (
                    entries: try connection.integer("SELECT count(*) FROM answer"),
                    prompts: try connection.integer("SELECT sum(has_prompt) FROM answer INDEXED BY answer_expiry"),
                    pages: try connection.integer("PRAGMA page_count")
                )
            }
        }
        var statistics = AnswerStorageStatistics()
        statistics.entries = counted?.entries ?? 0
        statistics.prompts = counted?.prompts ?? 0
        statistics.bytes = (counted?.pages ?? 0) * AnswerSchema.pageSize
        writer.inbox.withLock { inbox in
            (statistics.dropped, statistics.damaged, statistics.trouble) = (inbox.dropped, inbox.damaged, inbox.trouble)
        }
        return statistics
    }
}
