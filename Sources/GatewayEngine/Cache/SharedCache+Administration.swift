// SPDX-License-Identifier: Apache-2.0
package import Caching
package import GatewayModel
import Synchronization

/// What may be asked of the cache, beside answers.
extension SharedCache {
    package func statistics() async -> CacheStatistics {
        let disk = await storage.statistics()
        var all = CacheStatistics()
        all.entries = disk.entries
        all.diskBytes = disk.bytes
        all.trouble = disk.trouble
        all.memoryBytes = memory.withLock { $0.bytes }
        let counts = counts.withLock { $0 }
        all.hits = counts.byStatus[.hit] ?? 0
        all.semanticHits = counts.byStatus[.semanticHit] ?? 0
        all.misses = counts.byStatus[.miss] ?? 0
        all.semanticMisses = counts.byStatus[.semanticMiss] ?? 0
        all.coalesced = counts.byStatus[.coalesced] ?? 0
        all.refreshes = counts.byStatus[.refresh] ?? 0
        all.stored = counts.stored
        all.savedInputTokens = counts.savedInputTokens
        all.savedOutputTokens = counts.savedOutputTokens
        all.savedNanoUSD = counts.savedNanoUSD
        all.vectors = semantics.vectorCount
        all.embeddingFailures = semantics.embeddingFailures.load(ordering: .relaxed)
        all.embedder = semantics.embedderState
        all.namespaces = semantics.domains.withLock { $0 }.sorted { $0.key < $1.key }.map { CacheNamespaceStatistics($0, $1) }
        return all
    }

    /// - Returns: how many answers went.
    package func purge(_ selection: CacheSelection) async throws(GatewayFailure) -> Int {
        purges.add(1, ordering: .relaxed)
        let keys = try await storage.purge(selection)
        memory.withLock { memory in
            memory.removeAll(keys)
            memory.removeAll(where: selection.includes)
        }
        await semantics.remove(keys)
        if selection.emptiesDomains { semantics.reset { selection.emptiesDomain($0) } }
        return keys.count
    }

    /// The hit of that trace was wrong: its answer goes, and a semantic one counts as a false hit.
    /// - Parameter uid: only a hit that was served to this user; nil for any.
    /// - Returns: nil when the trace is none of the latest that had a hit, or none of that user, or was rejected already.
    package func reject(traceID: String, uid: UInt32?) async -> CacheRejection? {
        let hit = recent.withLock { recent -> RecentHits.Hit? in
            guard let hit = recent.hit(of: traceID), uid == nil || hit.uid == uid else { return nil }
            recent.forget(traceID)
            return hit
        }
        guard let hit else { return nil }
        return await reject(hit.key, domain: hit.domain)
    }

    /// The same of a hit that is known by its answer alone.
    /// - Returns: nil when the answer has gone.
    package func reject(_ key: CacheKey, _ status: CacheStatus) async -> CacheRejection? {
        guard let answer = await answer(for: key, maxAgeSeconds: Int(Int32.max)) else { return nil }
        let domain = status == .semanticHit ? CacheQuestion.domain(answer.scope, answer.namespace) : nil
        return await reject(key, domain: domain)
    }

    /// - Parameter domain: of a semantic hit.
    private func reject(_ key: CacheKey, domain: String?) async -> CacheRejection {
        await remove(key)
        if let domain {
            let maximum = semantics.domains.withLock { $0[domain]?.maximum } ?? DomainState().maximum
            semantics.count(isFalse: true, in: domain, maximum: maximum)
        }
        return CacheRejection(entry: key.name, status: domain == nil ? .hit : .semanticHit)
    }
}

extension CacheSelection {
    func includes(_ answer: CachedAnswer) -> Bool {
        (scope == nil || scope == answer.scope) && (namespace == nil || namespace == answer.namespace)
            && (provider == nil || provider == answer.provider) && (key == nil || key == answer.key)
            && before.map { answer.storedAtMilliseconds < $0 } ?? true
    }

    /// Whether all answers of some namespace go: then what was counted of it goes too.
    fileprivate var emptiesDomains: Bool { provider == nil && before == nil && key == nil }

    fileprivate func emptiesDomain(_ domain: String) -> Bool {
        let (own, space) = partsOfDomain(domain)
        return (scope == nil || scope == own) && (namespace == nil || namespace == space)
    }
}

/// A domain's scope and namespace; see `CacheQuestion.domain`. No scope has a slash.
private func partsOfDomain(_ domain: String) -> (scope: String, namespace: String?) {
    guard let slash = domain.firstIndex(of: "/") else { return (domain, nil) }
    return (String(domain[..<slash]), String(domain[domain.index(after: slash)...]))
}

extension CacheNamespaceStatistics {
    fileprivate init(_ domain: String, _ state: DomainState) {
        let (scope, namespace) = partsOfDomain(domain)
        self.init(scope: scope, namespace: namespace, maximum: state.maximum)
        verified = state.counts.verified
        refuted = state.counts.refuted
        isStopped = state.counts.isStopped
        let estimate = FalseHitEstimate(state.counts)
        falseHitRate = estimate.rate
        if estimate.rate != nil { interval = (estimate.interval.lowerBound, estimate.interval.upperBound) }
    }
}
