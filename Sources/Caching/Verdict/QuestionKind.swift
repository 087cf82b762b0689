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
        guard both.contains(.what) else { return false }
        if both.contains(.way) { return true }
        return sharesAmount && (both.contains(.amount) || both.contains(.moment) || both.contains(.duration))
    }
}

/// Finds what is asked for, and takes away the words that only ask.
enum QuestionFrame {
    static func read(_ words: [Word]) -> (QuestionKind, [Word]) {
        var rest = words[...]
        var isStripped = true
        while isStripped {
            isStripped = false
            if let length = opening(Lexicon.openings, of: rest) {
                rest = rest.dropFirst(length)
                isStripped = true
            }
        }
        while rest.count > 1, let last = rest.last, Lexicon.endings.contains(last.text) { rest = rest.dropLast() }
        if let length = opening(Lexicon.requests, of: rest), rest.contains(where: { $0.text == "my" || $0.text == "me" }) {
            rest = rest.dropFirst(length)
        }
        if let length = opening(Lexicon.abilities, of: rest) {
            return (.yesNo, [Word("can"), Word("i")] + rest.dropFirst(length))
        }
        // "If I want to do this, what should I do?" and its like.
        if starts(rest, with: ["if", "i", "want", "to"]), ends(rest, with: ["what", "should", "i", "do"]) {
            return (.way, Array(rest.dropFirst(4).dropLast(4)))
        }
        if let length = opening(Lexicon.ways, of: rest) { return (.way, Array(rest.dropFirst(length))) }
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
        case "soon": return (.moment, removing(words, index + 1, 1))
        case "much", "many":
            // How many days is how long.
            let near = words[(index + 2)...].prefix(2)
            if let unit = near.firstIndex(where: { Lexicon.times.contains($0.stem) }), !near.contains(where: { $0.text == "per" })
            {
                return (.duration, removing(words, index + 1, unit - index))
            }
            return (.amount, words)
        case "come": return (.reason, removing(words, index + 1, 1))
        case "about": return (.what, words)
        default:
            return (
                next.isContent && !next.isName && !next.isNumber && index + 2 < words.count
                    && !words[index + 2].isContent ? .degree : .way, words
            )
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

    /// - Returns: how many words the phrase has that `words` begin with, if more follow it.
    private static func opening(_ phrases: [String: [[String]]], of words: ArraySlice<Word>) -> Int? {
        guard let first = words.first else { return nil }
        return phrases[first.text]?.first { words.count > $0.count && starts(words, with: $0) }?.count
    }

    private static func starts(_ words: ArraySlice<Word>, with phrase: [String]) -> Bool {
        words.count >= phrase.count && zip(words, phrase).allSatisfy { $0.text == $1 }
    }

    private static func ends(_ words: ArraySlice<Word>, with phrase: [String]) -> Bool {
        words.count >= phrase.count && zip(words.suffix(phrase.count), phrase).allSatisfy { $0.text == $1 }
    }
}
