// SPDX-License-Identifier: Apache-2.0
package import Caching
package import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing
import Synchronization

/// The one cache of all reactors: answers in memory over answers on disk, flights for identical requests, and the semantic half.
package final class SharedCache: Sendable {
    package let storage: any AnswerStorage
    package let semantics: SemanticCache
    package let flights = SharedFlights()
    let memory: Mutex<MemoryTier>
    let recent = Mutex(RecentHits())
    let counts = Mutex(CacheCounts())
    /// Counts purges: what was asked before one is not kept after it.
    let purges = Atomic(0)
    let clock: GatewayClock
    /// In bytes; a longer answer is not kept.
    let longestAnswer = 1 << 20

    /// - Parameter memoryBytes: what the answers in memory may take.
    package init(storage: any AnswerStorage, semantics: SemanticCache, clock: GatewayClock, memoryBytes: Int) {
        self.storage = storage
        self.semantics = semantics
        self.clock = clock
        memory = Mutex(MemoryTier(byteLimit: memoryBytes))
    }

    // MARK: Looking up

    /// Without a wait: what is asked for often is here.
    func answerInMemory(to question: CacheQuestion) -> CachedAnswer? {
        if question.refreshes || question.rule.mode == .off { return nil }
        let now = clock.wallMilliseconds()
        return memory.withLock { $0.lookup(question.key, now: now, maxAge: question.rule.maxAgeSeconds * 1000) }
    }

    func answerOnDisk(to question: CacheQuestion) async -> CachedAnswer? {
        if question.refreshes || question.rule.mode == .off { return nil }
        guard let answer = await answerOnDisk(question.key, question.rule.maxAgeSeconds) else { return nil }
        memory.withLock { $0.insert(answer) }
        return answer
    }

    /// The answer to the question that a semantic hit found.
    func answer(for key: CacheKey, maxAgeSeconds: Int) async -> CachedAnswer? {
        let now = clock.wallMilliseconds()
        if let answer = memory.withLock({ $0.lookup(key, now: now, maxAge: maxAgeSeconds * 1000) }) { return answer }
        return await answerOnDisk(key, maxAgeSeconds)
    }

    private func answerOnDisk(_ key: CacheKey, _ maxAgeSeconds: Int) async -> CachedAnswer? {
        let now = clock.wallMilliseconds()
        guard let answer = await storage.answer(for: key, now: now) else { return nil }
        return now - answer.storedAtMilliseconds <= maxAgeSeconds * 1000 ? answer : nil
    }

    // MARK: Keeping

    /// Keeps an answer, if it is one that may be given again.
    /// - Returns: what was kept.
    func keep(_ response: UnifiedResponse, status: Int, to question: CacheQuestion, _ finding: SemanticFinding) -> CachedAnswer? {
        guard question.rule.mode != .off, status == 200, question.purges == purges.load(ordering: .relaxed),
            response.body.count <= longestAnswer, let worth = AnswerWorth(response.body, question)
        else { return nil }
        let now = clock.wallMilliseconds()
        let answer = CachedAnswer(
            key: question.key, scope: question.context.scope, namespace: question.context.namespace,
            operation: question.context.operation, provider: question.context.provider, body: response.body,
            usage: response.usage, responseModel: response.model, traceID: question.traceID, storedAtMilliseconds: now,
            expiresAtMilliseconds: now + question.rule.maxAgeSeconds * 1000)
        let probe = worth == .forOthers ? finding.probe : nil
        let prompt = probe.map { self.prompt($0, answer, question) }
        memory.withLock { $0.insert(answer) }
        counts.withLock { $0.stored += 1 }
        storage.store(answer, prompt)
        return answer
    }

    private func prompt(_ probe: SemanticProbe, _ answer: CachedAnswer, _ question: CacheQuestion) -> CachedPrompt {
        CachedPrompt(
            key: answer.key, partition: probe.partition, domain: question.domain, text: probe.text, vector: probe.vector,
            embedder: probe.embedder, expiresAtMilliseconds: answer.expiresAtMilliseconds)
    }

    /// Forgets an answer everywhere.
    func remove(_ key: CacheKey) async {
        memory.withLock { $0.remove(key) }
        storage.remove(key)
        await semantics.remove([key])
    }

    // MARK: What is said of it

    func note(ofHit answer: CachedAnswer, cosine: Float?, for question: CacheQuestion) -> CacheNote {
        counts.withLock { $0.hit(answer, cosine == nil ? .hit : .semanticHit) }
        recent.withLock {
            $0.note(
                RecentHits.Hit(
                    key: answer.key, uid: question.uid, domain: cosine == nil ? nil : question.domain, cosine: cosine ?? 1),
                of: question.traceID)
        }
        let age = ageSeconds(answer.storedAtMilliseconds)
        return CacheNote(
            status: cosine == nil ? .hit : .semanticHit,
            hit: CacheHit(ageSeconds: age, score: cosine.map { Double($0) }, entry: answer.key.name), used: answer.usage)
    }

    func ageSeconds(_ storedAtMilliseconds: Int) -> Int { max(0, clock.wallMilliseconds() - storedAtMilliseconds) / 1000 }

    func note(ofMiss question: CacheQuestion, leads: Bool) -> CacheNote {
        let status: CacheStatus =
            if !leads {
                .coalesced
            } else if question.rule.mode == .off {
                .disabled
            } else if question.refreshes {
                .refresh
            } else {
                question.isSemantic && semantics.isAvailable(for: question.rule.semantic) ? .semanticMiss : .miss
            }
        counts.withLock { $0.count(status) }
        return CacheNote(status: status)
    }
}

/// What an answer may be kept for.
private enum AnswerWorth {
    /// For the same request: what was cut at the limit that it set is what it asked for.
    case forItself
    /// For other questions that mean the same, too.
    case forOthers

    /// - Returns: nil where it may not be kept: errors and refusals, calls of tools unless the rule wants them, and what is not
    ///   understood.
    init?(_ body: [UInt8], _ question: CacheQuestion) {
        guard let document = try? JSONDocument(body) else { return nil }
        switch AnswerCompleteness(of: document, operation: question.context.operation) {
        case .complete: self = .forOthers
        case .truncated: self = .forItself
        case .toolCalls:
            guard question.rule.keepsToolCalls else { return nil }
            self = .forItself
        case .empty, .filtered, .notUnderstood: return nil
        }
    }
}

/// What the cache did since the daemon began.
package struct CacheCounts: Sendable, Equatable {
    package var byStatus: [CacheStatus: Int] = [:]
    package var stored = 0
    /// Of the answers that were served again, what they used when they came.
    package var savedInputTokens = 0
    package var savedOutputTokens = 0
    /// And what that would have cost, where it is known.
    package var savedNanoUSD = 0

    mutating func count(_ status: CacheStatus) { byStatus[status, default: 0] += 1 }

    mutating func hit(_ answer: CachedAnswer, _ status: CacheStatus) {
        count(status)
        savedInputTokens += answer.usage.inputTokens ?? 0
        savedOutputTokens += answer.usage.outputTokens ?? 0
    }

    mutating func save(_ amount: NanoUSD) {
        let (sum, overflow) = savedNanoUSD.addingReportingOverflow(amount.value)
        savedNanoUSD = overflow ? .max : sum
    }
}

extension CacheKey {
    /// As callers and logs name it.
    package var name: String { withBytes { hexadecimal($0) } }
}
