// SPDX-License-Identifier: Apache-2.0

/// Why a text is not looked up by its meaning at all.
package enum BypassReason: String, Sendable, CaseIterable {
    case tooFewWords = "too_few_words"
    case tooLong = "too_long"
    case volatileText = "volatile_text"
    case personalState = "personal_state"
    case foreignLetters = "foreign_letters"

    /// For a person who asks why.
    package var sentence: String {
        switch self {
        case .tooFewWords: "The text has fewer than two words that carry meaning."
        case .tooLong: "The text is longer than the rules can compare."
        case .volatileText: "The text asks for what changes with time (now, today, latest)."
        case .personalState: "The text asks about the speaker's own data, and the namespace is not one user's."
        case .foreignLetters: "The text has letters that the rules, made for English, cannot judge."
        }
    }
}

extension SemanticText {
    /// - Parameter isOneUsers: all who share the namespace's answers are one person, so that "my balance" is one balance.
    /// - Returns: nil when the text may be looked up, and its answer kept for texts of the same meaning.
    package func bypass(isOneUsers: Bool) -> BypassReason? {
        if hasForeignLetters { return .foreignLetters }
        if isTooLong { return .tooLong }
        if words.contains(where: { $0.roles.contains(.volatile) }) { return .volatileText }
        if !isOneUsers, asksForOwnState { return .personalState }
        return contentWords < 2 ? .tooFewWords : nil
    }

    /// "What is my balance?", "Cancel my order", "Have I paid?"; not "How do I see my balance?".
    private var asksForOwnState: Bool {
        if kind == .way { return false }
        if hasOwnState { return isCommand || kind != .yesNo || startsWithOwnVerb }
        return startsWithOwnVerb
    }

    private var hasOwnState: Bool {
        for index in words.indices where words[index].text == "my" || words[index].text == "our" {
            if words[(index + 1)...].prefix(3).contains(where: { $0.roles.contains(.state) }) { return true }
        }
        return false
    }

    private var startsWithOwnVerb: Bool {
        guard words.count > 2, words[1].text == "i" || words[1].text == "we" else { return false }
        switch words[0].text {
        case "am", "have", "did", "was", "are", "were": return true
        case "do": return words[2].text == "have" && !words[3...].starts(with: ["to"], by: { $0.text == $1 })
        default: return false
        }
    }
}
