// SPDX-License-Identifier: Apache-2.0

/// The vetoes that look at single words.
extension TextPair {
    /// Not as many denials in both, or of other words.
    var deniesOne: Bool {
        if Self.denied(first.words) != Self.denied(second.words), !(Self.deniesWhole(first) && Self.deniesWhole(second)) {
            return true
        }
        // Tax-free against taxable: half a denial.
        return onlyFirst.contains(where: Self.endsDenied) != onlySecond.contains(where: Self.endsDenied)
    }

    /// The words behind each denial: what it denies.
    private static func denied(_ words: [Word]) -> [String] {
        var denied: [String] = []
        for index in words.indices where words[index].roles.contains(.negation) {
            let next = words[(index + 1)...].first { $0.isContent && !$0.roles.contains(.negation) }
            denied.append(next?.meaning ?? "")
        }
        return denied.count > 1 ? denied.sorted() : denied
    }

    /// "Why hasn't it come?", "Why has it not come?": one denial, with the first auxiliary of a question.
    private static func deniesWhole(_ text: SemanticText) -> Bool {
        guard text.kind != .other, text.words.count(where: { $0.roles.contains(.negation) }) == 1 else { return false }
        guard let auxiliary = text.words.firstIndex(where: { $0.roles.contains(.auxiliary) }),
            let negation = text.words.firstIndex(where: { $0.text == "not" }), negation > auxiliary
        else { return false }
        return !text.words[(auxiliary + 1)..<negation].contains {
            $0.roles.contains(.auxiliary) || $0.roles.contains(.conjunction) || $0.roles.contains(.preposition)
        }
    }

    private static func endsDenied(_ word: Word) -> Bool {
        word.text == "free" || word.text.utf8.count > 6 && word.text.hasSuffix("less")
    }

    var isOpposite: Bool { Self.haveOpposites(onlyFirst, onlySecond) }

    /// Whether a word of one list alone is the opposite of a word of the other alone.
    static func areOpposite(_ one: [Word], _ other: [Word]) -> Bool {
        haveOpposites(
            one.filter { word in !other.contains { $0.meaning == word.meaning } },
            other.filter { word in !one.contains { $0.meaning == word.meaning } })
    }

    private static func haveOpposites(_ onlyFirst: [Word], _ onlySecond: [Word]) -> Bool {
        for word in onlyFirst {
            let opposites = Lexicon.antonyms[word.stem]
            for other in onlySecond {
                if opposites?.contains(other.stem) == true || isPrefixed(word.stem, other.stem) { return true }
            }
        }
        return false
    }

    /// eligible and ineligible, usual and unusual, frontend and backend.
    private static func isPrefixed(_ one: String, _ other: String) -> Bool {
        let (short, long) = one.utf8.count < other.utf8.count ? (one, other) : (other, one)
        guard short.utf8.count >= 4, long.utf8.count > short.utf8.count, long.hasSuffix(short) else { return false }
        return Lexicon.prefixes.contains(String(long.dropLast(short.count)))
    }

    var hasOtherPronouns: Bool { Self.genders(first.words) != Self.genders(second.words) }

    private static func genders(_ words: [Word]) -> [Bool] {
        words.compactMap { Lexicon.male.contains($0.text) ? true : Lexicon.female.contains($0.text) ? false : nil }
    }

    /// One is about the speaker, the other about the one who is spoken to or a third. In "how do I" and "how do you" both are
    /// anybody.
    var isAboutAnother: Bool {
        let (one, other) = (Persons(first), Persons(second))
        if one.owner != other.owner, !one.owner.isEmpty, !other.owner.isEmpty { return true }
        if first.kind == .way || second.kind == .way { return one.subject.contains(3) != other.subject.contains(3) }
        return one.subject != other.subject && !one.subject.isEmpty && !other.subject.isEmpty
    }

    var joinsOtherwise: Bool {
        func count(_ text: SemanticText) -> Int { text.words.count { $0.text == "or" } }
        return count(first) != count(second)
    }

    var hasOtherAspect: Bool { Self.aspects(first.words) != Self.aspects(second.words) }

    private static func aspects(_ words: [Word]) -> [String] {
        var aspects: [String] = []
        for index in words.indices {
            if words[index].roles.contains(.aspect) { aspects.append(words[index].meaning) }
            if words[index].roles.contains(.phase), index + 1 < words.count {
                let next = words[index + 1].text
                if next == "to" || next.hasSuffix("ing") { aspects.append(words[index].meaning) }
            }
            // Used to be, but not used to make.
            let isUse = words[index].text == "used" || words[index].text == "use"
            if isUse, index + 2 < words.count, words[index + 1].text == "to", index == 0 || words[index - 1].stem != "be" {
                if words[index + 2].stem == "be" || words[index + 2].stem == "have"
                    || !words[(index + 2)...].isEmpty && isHabit(words, index)
                {
                    aspects.append("used to")
                }
            }
        }
        return aspects.count > 1 ? aspects.sorted() : aspects
    }

    /// Did he use to smoke? He used to smoke. Not: what is used to smoke, do I use to smoke.
    private static func isHabit(_ words: [Word], _ index: Int) -> Bool {
        words[index].text == "used"
            ? index > 0 && !words[index - 1].roles.contains(.auxiliary) : words[..<index].contains { $0.text == "did" }
    }

    var hasOtherTense: Bool {
        let (one, other) = (Self.isPast(first.words), Self.isPast(second.words))
        return one != nil && other != nil && one != other
    }

    /// nil: no auxiliary says.
    private static func isPast(_ words: [Word]) -> Bool? {
        var isPast: Bool?
        for word in words where word.roles.contains(.auxiliary) {
            switch word.text {
            case "was", "were", "did", "had": return true
            case "is", "are", "am", "do", "does", "has", "have", "will", "shall", "can", "may", "should", "must": isPast = false
            default: continue
            }
        }
        return isPast
    }

    var hasOtherModality: Bool {
        // How to do it is asked with any of them.
        if first.kind == .way, second.kind == .way { return false }
        let one = Modality(first.words)
        let other = Modality(second.words)
        if first.kind == .yesNo || second.kind == .yesNo { return one != other }
        return !one.isEmpty && !other.isEmpty && one.isDisjoint(with: other)
    }
}

/// Whom a text is about, as its pronouns say.
private struct Persons {
    var owner: Set<Int> = []
    var subject: Set<Int> = []

    init(_ text: SemanticText) {
        for word in text.words where word.roles.contains(.pronoun) {
            switch word.text {
            case "my", "our", "mine", "ours": owner.insert(1)
            case "your", "yours": owner.insert(2)
            case "his", "her", "their", "its", "theirs": owner.insert(3)
            case "i", "we", "me", "us", "myself", "ourselves": subject.insert(1)
            case "you", "yourself": subject.insert(2)
            case "he", "him", "she", "they", "them": subject.insert(3)
            default: break
            }
        }
    }
}

/// What a sentence says of its verb: that it is, can be, should be or will be.
struct Modality: OptionSet {
    let rawValue: UInt8
    static let can = Modality(rawValue: 1)
    static let must = Modality(rawValue: 2)
    static let will = Modality(rawValue: 4)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ words: [Word]) {
        self = []
        for index in words.indices where !words[index].isNumber {
            switch words[index].text {
            case "can", "could", "may", "might", "able", "possible": insert(.can)
            case "should", "must", "ought", "shall": insert(.must)
            case "have", "has", "need", "needs": if index + 1 < words.count, words[index + 1].text == "to" { insert(.must) }
            case "will", "would": insert(.will)
            default: break
            }
        }
    }
}
