// SPDX-License-Identifier: Apache-2.0

/// In what two texts differ; the further apart their wording, the nearer their vectors must be.
package enum EditClass: String, Sendable, CaseIterable {
    /// The same words that carry meaning, in an order that says the same.
    case sameWords = "same_words"
    /// Said in another way: words of the same meaning, or another build of the sentence.
    case restructured
    /// One of them says more than the other.
    case insertion
    /// Something was put in the place of something else, in an otherwise same sentence.
    case substitution
}

/// Why two texts must not share an answer, however near their vectors are.
package enum VetoReason: String, Sendable, CaseIterable {
    case numbers
    case negation
    case antonym
    case name
    case volatile
    case questionKind = "question_kind"
    case modality
    case tense
    case aspect
    case pronoun
    case person
    case conjunction
    case direction
    case order
    case unreadable

    /// For a person who asks why an answer was not shared.
    package var sentence: String {
        switch self {
        case .numbers: "The numbers, dates, versions or units of the two texts are not the same."
        case .negation: "One of the texts denies what the other says."
        case .antonym: "The texts differ by words of opposite meaning."
        case .name: "A name or identifier of one text is missing from the other."
        case .volatile: "A text asks for what changes with time (now, today, latest)."
        case .questionKind: "The texts ask for different kinds of answer (who, where, when, why, how many, yes or no, an action)."
        case .modality: "One text asks what can be, the other what should or will be."
        case .tense: "One text speaks of the past, the other does not."
        case .aspect: "The texts differ by a word like still, already, used to or becoming."
        case .pronoun: "Pronouns like he and she stand for different people in the two texts."
        case .person: "One text is about the speaker, the other about somebody else."
        case .conjunction: "One text joins with or what the other joins with and."
        case .direction: "Words like from, to, before, after or than stand by different things."
        case .order: "The same words stand in another order, so that who does what to whom may differ."
        case .unreadable: "A text has no words that the rules can judge, or too many."
        }
    }
}

/// May the answer to one text serve another?
package enum SimilarityVerdict: Sendable, Equatable {
    case hit(EditClass)
    case veto(VetoReason)
    /// Nothing forbids it, but the vectors are too far apart for texts that differ in this way.
    case below(EditClass, needed: Float)

    package var isHit: Bool {
        if case .hit = self { true } else { false }
    }
}
