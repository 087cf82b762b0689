// SPDX-License-Identifier: Apache-2.0
import Caching
import Routing

extension SimilarityRules {
    /// What a config's rule says. Thresholds are of the built-in embedder's cosines: those of most others lie lower for texts
    /// that are as near, so its own thresholds make them miss, and no more than that.
    init(_ rule: SemanticRule) {
        self = rule.preset == .balanced ? .balanced : .strict
        if let least = rule.thresholds.same { thresholds.sameWords = Float(least) }
        if let least = rule.thresholds.restructured { thresholds.restructured = Float(least) }
        if let least = rule.thresholds.insertion { thresholds.insertion = Float(least) }
        if let least = rule.thresholds.substitution { thresholds.substitution = Float(least) }
        ignored = Set(rule.disabledVetoes.compactMap { VetoReason(rawValue: $0) })
    }
}
