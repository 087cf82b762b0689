// SPDX-License-Identifier: Apache-2.0

/// How near two texts must be for each way in which they can differ, and which vetoes hold.
///
/// The figures are cosines of all-MiniLM-L6-v2; another embedder needs its own.
package struct SimilarityRules: Sendable, Equatable {
    /// The least cosine for each class of edit; above 1: never.
    package struct Thresholds: Sendable, Equatable {
        package var sameWords: Float
        package var restructured: Float
        package var insertion: Float
        package var substitution: Float

        package init(sameWords: Float, restructured: Float, insertion: Float, substitution: Float) {
            self.sameWords = sameWords
            self.restructured = restructured
            self.insertion = insertion
            self.substitution = substitution
        }

        package subscript(edit: EditClass) -> Float {
            switch edit {
            case .sameWords: sameWords
            case .restructured: restructured
            case .insertion: insertion
            case .substitution: substitution
            }
        }

        /// No pair below it can be a hit: what a search of the index needs not return.
        package var least: Float { min(min(sameWords, restructured), min(insertion, substitution)) }
    }

    package var thresholds: Thresholds
    /// Vetoes that are switched off.
    package var ignored: Set<VetoReason>

    package init(thresholds: Thresholds, ignoring ignored: Set<VetoReason> = []) {
        self.thresholds = thresholds
        self.ignored = ignored
    }

    package static let strict = SimilarityRules(
        thresholds: Thresholds(sameWords: 0.85, restructured: 0.88, insertion: 0.95, substitution: 0.99))
    package static let balanced = SimilarityRules(
        thresholds: Thresholds(sameWords: 0.80, restructured: 0.82, insertion: 0.92, substitution: 0.99))

    /// - Parameter cosine: of the two texts' vectors.
    package func verdict(_ asked: SemanticText, _ kept: SemanticText, cosine: Float) -> SimilarityVerdict {
        let pair = TextPair(asked, kept)
        // Vectors of other embedders may not be a number: that is no hit.
        guard cosine >= thresholds.least else { return .below(pair.edit, needed: thresholds[pair.edit]) }
        if let reason = pair.veto(ignoring: ignored) { return .veto(reason) }
        let edit = pair.edit
        return cosine >= thresholds[edit] ? .hit(edit) : .below(edit, needed: thresholds[edit])
    }

    package func verdict(_ asked: String, _ kept: String, cosine: Float) -> SimilarityVerdict {
        verdict(SemanticText(asked), SemanticText(kept), cosine: cosine)
    }
}
