// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing
import Synchronization

/// What the cache learns of its own hits: of some would-be hits the provider is asked all the same, and the answers are compared.
extension SemanticCache {
    /// Compares the answer that would have served with what the provider says now.
    /// - Returns: whether the kept answer is to go.
    func verify(_ hit: SemanticHit, _ old: CachedAnswer, _ fresh: CachedAnswer, _ question: CacheQuestion) async -> Bool {
        let operation = question.context.operation
        do throws(GatewayFailure) {
            switch try await work.run({ [self] in compare(old.body, fresh.body, operation) }) {
            case .same: return learn(hit, isFalse: false, question)
            case .different: return learn(hit, isFalse: true, question)
            case .unclear: return false
            }
        } catch { return false }
    }

    private func compare(_ old: [UInt8], _ fresh: [UInt8], _ operation: Operation) -> AnswerComparison {
        guard let old = try? JSONDocument(old), let fresh = try? JSONDocument(fresh) else { return .unclear }
        let texts = (assistantText(of: old, operation: operation), assistantText(of: fresh, operation: operation))
        let cosine = local.embedder.map { embedder in
            let one = embedder.embed(texts.0, atMostPieces: Self.mostPieces)
            let other = embedder.embed(texts.1, atMostPieces: Self.mostPieces)
            return zip(one.vector, other.vector).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return AnswerComparison(texts.0, texts.1, cosine: cosine)
    }

    /// - Returns: whether the answer is to go.
    private func learn(_ hit: SemanticHit, isFalse: Bool, _ question: CacheQuestion) -> Bool {
        count(isFalse: isFalse, in: question.domain, maximum: question.rule.semantic.maxFalseHitPercent / 100)
        var learned = hit.learned
        if isFalse {
            if learned.refuted(at: hit.cosine) == .drop { return true }
        } else {
            learned.confirmed(at: hit.cosine)
        }
        storage.learn(hit.key, learned)
        return false
    }

    /// Counts a hit that was looked at again.
    func count(isFalse: Bool, in domain: String, maximum: Double) {
        let (counts, stops) = domains.withLock { domains in
            var state = domains[domain] ?? DomainState()
            state.maximum = maximum
            let stops = state.counts.count(isFalse: isFalse, maximum: maximum)
            domains[domain] = state
            return (state.counts, stops)
        }
        storage.save(counts, of: domain)
        if stops {
            report("Too many semantic hits of \(domain) were false: only exact hits are served there until it is purged.")
        }
    }

    /// What was counted in these domains says nothing of what is kept from now on.
    func reset(where isMeant: (String) -> Bool) {
        let emptied = domains.withLock { domains in
            let names = domains.keys.filter(isMeant)
            for name in names { domains[name]?.counts.reset() }
            return names
        }
        for name in emptied { storage.save(FalseHitCounts(), of: name) }
    }
}

/// The false hits of one namespace of one scope.
struct DomainState: Sendable {
    var counts = FalseHitCounts()
    /// The bound of the rule that was in force last: a share.
    var maximum = 0.01
}
