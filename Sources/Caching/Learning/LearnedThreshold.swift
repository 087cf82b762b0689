// SPDX-License-Identifier: Apache-2.0

/// What an entry has learned of itself: its hits that were looked at again, and how near a question must come since.
///
/// The rule that lets an entry serve is the same for all entries; this one is the entry's own. It only ever takes away: an answer
/// that was wrong for a question at some distance is not given to questions as far away, whatever the class of the edit allows.
package struct LearnedThreshold: Sendable, Equatable {
    /// The least cosine that this entry takes, whatever the class of the edit allows; 0: nothing was learned.
    package var floor: Float = 0
    package var confirmed: Int = 0
    package var refuted: Int = 0

    /// How far above a refuted cosine a question must come. Two paraphrases of one question lie about as far apart.
    package static let margin: Float = 0.02
    /// So many wrong answers, and an entry is not worth a place: the text that it was kept for draws other questions.
    package static let mostRefuted = 3

    package enum Outcome: Sendable, Equatable {
        case keep
        /// The entry answers no more questions but its own.
        case drop
    }

    package init() {}

    package func allows(_ cosine: Float) -> Bool { cosine >= floor }

    /// The provider said the same to a question at this distance.
    package mutating func confirmed(at cosine: Float) { confirmed += 1 }

    /// The provider said something else to a question at this distance.
    package mutating func refuted(at cosine: Float) -> Outcome {
        refuted += 1
        if cosine.isFinite { floor = max(floor, cosine + Self.margin) }
        // Above 1 there is no cosine left to allow.
        return refuted >= Self.mostRefuted || floor > 1 ? .drop : .keep
    }
}
