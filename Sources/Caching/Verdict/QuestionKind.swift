// SPDX-License-Identifier: Apache-2.0

/// What a text asks for.
enum QuestionKind: Sendable, Equatable {
    case way, what, who, place, moment, reason, duration, frequency, amount, degree, yesNo
    /// No question: a command, a statement, a few key words.
    case other

    /// Whether an answer to one can be an answer to the other, all else being equal.
    func fits(_ other: QuestionKind, sharesAmount: Bool) -> Bool {
        if self == other { return true }
        if self == .other || other == .other { return true }
        let both = [self, other]
        if both.contains(.amount), both.contains(.what) { return sharesAmount }
        if both.contains(.what), both.contains(.way) { return true }
        return false
    }
}

/// Finds what is asked for, and takes away the words that only ask.
enum QuestionFrame {
    static func read(_ words: [Word]) -> (QuestionKind, [Word]) {
        var rest = words[...]
        var isStripped = true
        while isStripped {
            isStripped = false
            for phrase in Lexicon.openings where starts(rest, with: phrase) && rest.count > phrase.count {
                rest = rest.dropFirst(phrase.count)
                isStripped = true
                break
            }
        }
        for phrase in Lexicon.endings where ends(rest, with: phrase) && rest.count > phrase.count {
            rest = rest.dropLast(phrase.count)
            break
        }
        // "If I want to do this, what should I do?" and its like.
        if starts(rest, with: ["if", "i", "want", "to"]), ends(rest, with: ["what", "should", "i", "do"]) {
            return (.way, Array(rest.dropFirst(4).dropLast(4)))
        }
        for phrase in Lexicon.ways where starts(rest, with: phrase) && rest.count > phrase.count {
            return (.way, Array(rest.dropFirst(phrase.count)))
        }
        return kind(of: Array(rest))
    }

    private static func kind(of words: [Word]) -> (QuestionKind, [Word]) {
        if words.first?.roles.contains(.auxiliary) == true { return (.yesNo, words) }
        for index in words.indices.prefix(14) where words[index].roles.contains(.question) {
            let next = index + 1 < words.count ? words[index + 1] : nil
            switch words[index].text {
            case "how": return how(words, at: index, next)
            case "why": return (.reason, words)
            case "who", "whom", "whose": return (.who, words)
            case "where": return (.place, words)
            case "when": if index <= 2 { return (.moment, words) }
            case "what", "which": return (what(words, next), words)
            default: break
            }
        }
        return (.other, words)
    }

    private static func how(_ words: [Word], at index: Int, _ next: Word?) -> (QuestionKind, [Word]) {
        guard let next else { return (.way, words) }
        switch next.text {
        case "long": return (.duration, removing(words, index + 1, 1))
        case "often", "frequently": return (.frequency, words)
        case "much", "many":
            // How many days is how long.
            let near = words[(index + 2)...].prefix(2)
            if let unit = near.firstIndex(where: { Lexicon.times.contains($0.stem) }), !near.contains(where: { $0.text == "per" }) {
                return (.duration, removing(words, index + 1, unit - index))
            }
            return (.amount, words)
        case "come": return (.reason, removing(words, index + 1, 1))
        case "about": return (.what, words)
        default: return (next.isContent && !next.isName && !next.isNumber && index + 2 < words.count
            && !words[index + 2].isContent ? .degree : .way, words)
        }
    }

    private static func what(_ words: [Word], _ next: Word?) -> QuestionKind {
        switch next?.text {
        case "time", "date", "year", "day": return .moment
        case "place", "location": return .place
        default: return words.contains { $0.stem == "reason" } ? .reason : .what
        }
    }

    private static func removing(_ words: [Word], _ start: Int, _ count: Int) -> [Word] {
        var words = words
        words.removeSubrange(start..<min(start + count, words.count))
        return words
    }

    private static func starts(_ words: ArraySlice<Word>, with phrase: [String]) -> Bool {
        words.count >= phrase.count && zip(words, phrase).allSatisfy { $0.text == $1 }
    }

    private static func ends(_ words: ArraySlice<Word>, with phrase: [String]) -> Bool {
        words.count >= phrase.count && zip(words.suffix(phrase.count), phrase).allSatisfy { $0.text == $1 }
    }
}
