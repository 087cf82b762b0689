// SPDX-License-Identifier: Apache-2.0
import Caching

/// One way to decide whether an answer is shared: by the cosine alone, or by the rules.
struct Judge {
    let name: String
    private let decide: (_ asked: SemanticText, _ kept: SemanticText, _ cosine: Float) -> Bool

    func isHit(_ asked: SemanticText, _ kept: SemanticText, _ cosine: Float) -> Bool { decide(asked, kept, cosine) }

    static func cosine(_ least: Float) -> Judge {
        Judge(name: "cosine >= \(least)") { _, _, cosine in cosine >= least }
    }

    /// - Parameter isOneUsers: as if one person asked all questions; otherwise those about one's own data are not looked up.
    static func rules(_ name: String, _ rules: SimilarityRules, isOneUsers: Bool) -> Judge {
        Judge(name: name) { asked, kept, cosine in
            guard asked.bypass(isOneUsers: isOneUsers) == nil, kept.bypass(isOneUsers: isOneUsers) == nil else { return false }
            return rules.verdict(asked, kept, cosine: cosine).isHit
        }
    }

    static func all(isOneUsers: Bool) -> [Judge] {
        [0.80, 0.85, 0.90, 0.95].map(cosine) + [
            rules("balanced", .balanced, isOneUsers: isOneUsers), rules("strict", .strict, isOneUsers: isOneUsers),
        ]
    }
}
