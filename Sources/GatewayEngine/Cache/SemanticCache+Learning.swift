// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing

/// What the cache learns of its own hits: of some would-be hits the provider is asked all the same, and the answers are compared.
extension SemanticCache {
    /// Compares the answer that would have served with what the provider says now.
    /// - Returns: whether the kept answer is to go.
    func verify(_ hit: SemanticHit, _ old: CachedAnswer, _ fresh: CachedAnswer, _ question: CacheQuestion) async -> Bool {
        let operation = question.context.operation
        let compared = try? await work.run { [self] in
            compare(old.body, fresh.body, operation)
        }
        switch compared {
        case .same: return learn(hit, isFalse: false, question.domain, question.rule.semantic.maxFalseHitPercent)
        case .different: return learn(hit, isFalse: true, question.domain, question.rule.semantic.maxFalseHitPercent)
        case .unclear, nil: return false
        }
    }

    private func compare(_ old: [UInt8], _ fresh: [UInt8], _ operation: Operation) -> AnswerComparison {
        guard let old = try? JSONDocument(old), let fresh = try? JSONDocument(fresh) else { return .unclear }
        let texts = (assistantText(of: old, operation: operation), assistantText(of: fresh, operation: operation))
        return AnswerComparison(texts.0, texts.1) { [self] () -> Float? in
            guard let embedder else { return nil }
            let (one, other) = (
                embedder.embed(texts.0, atMostPieces: Self.mostPieces), embedder.embed(texts.1, atMostPieces: Self.mostPieces)
            )
            return zip(one.vector, other.vector).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }

    /// - Returns: whether the answer is to go.
    func learn(_ hit: SemanticHit, isFalse: Bool, _ domain: String, _ maximum: Double) -> Bool { false }
}
