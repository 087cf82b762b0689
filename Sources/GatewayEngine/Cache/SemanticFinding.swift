// SPDX-License-Identifier: Apache-2.0
import Caching

/// What is compared of a question where it is compared by its meaning.
enum SemanticQuestion {
    case asked(String, partition: CacheKey)
    /// The name of what speaks against it, and the partition where that is known.
    case bypassed(String, partition: CacheKey?)
}

/// A question as the semantic cache finds it again.
struct SemanticProbe: Sendable {
    var text: String
    var partition: CacheKey
    var vector: QuantisedVector
    /// The fingerprint of what made the vector.
    var embedder: String
}

/// An answer that would serve a question, for the question that it was given to means the same.
struct SemanticHit: Sendable {
    var key: CacheKey
    var cosine: Float
    var learned: LearnedThreshold
    /// The false hits of its domain could not be held: it is measured, and not served.
    var isHeldBack: Bool
}

/// What became of a question's look into the semantic cache.
enum SemanticFinding: Sendable {
    /// There was none: its mode, its text or the state of the embedder is against it.
    case none
    case missed(SemanticProbe)
    case found(SemanticHit, SemanticProbe)

    var probe: SemanticProbe? {
        switch self {
        case .none: nil
        case .missed(let probe), .found(_, let probe): probe
        }
    }

    var hit: SemanticHit? {
        if case .found(let hit, _) = self { hit } else { nil }
    }
}

/// A kept question that was looked at, and what was thought of it.
struct SemanticCandidate: Sendable {
    var key: CacheKey
    var text: String
    var cosine: Float
    var verdict: SimilarityVerdict
    var learned: LearnedThreshold

    /// Whether its answer would serve.
    var isHit: Bool {
        verdict.isHit && learned.allows(cosine)
    }
}
