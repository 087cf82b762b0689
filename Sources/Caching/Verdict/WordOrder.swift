// SPDX-License-Identifier: Apache-2.0

/// Who does what to whom, as far as the order of the words and the prepositions before them say: the content words of a text,
/// with passives turned into actives and the two sides of "and" and "or" in the order of the alphabet.
struct WordOrder {
    struct Item: Equatable {
        var meaning: String
        /// The preposition that the word depends on.
        var governor: String?
        var text: String
        var isName: Bool
    }

    private(set) var items: [Item] = []
    /// What stands around the content words.
    private(set) var skeleton: [String] = []
    private(set) var prepositions: Set<String> = []
    /// Somebody is named who does it to the subject: the items are in the order of the active sentence.
    private(set) var isPassive = false
    /// A participle after a form of to be, with its subject before it: by the place of the verb in `items`.
    private(set) var participle: Int?
    /// The doctor's wife: the wife of the doctor.
    private(set) var hasPossessive = false
    /// A form of to be stands in the text.
    private(set) var hasCopula = false

    init(_ words: [Word]) {
        var positions: [Int] = []
        var governor: String?
        for (index, word) in words.enumerated() {
            if word.isAfterBreak { governor = nil }
            if word.isContent {
                if word.isPossessive { hasPossessive = true }
                let owner = word.isPossessive ? "of" : governor
                items.append(Item(meaning: word.meaning, governor: owner, text: word.text, isName: word.isName))
                positions.append(index)
                skeleton.append("_")
            } else if word.roles.contains(.preposition) {
                // According to somebody: to is no direction there.
                governor = index > 0 && words[index - 1].text == "according" ? "according" : word.text
                prepositions.insert(word.text)
                skeleton.append(word.text)
            } else {
                if word.stem == "be" { hasCopula = true }
                note(word, &governor)
            }
        }
        let voice = Voice(words)
        if let voice {
            participle = positions.firstIndex(of: voice.verb)
            if let agent = voice.agent { activate(positions, verb: voice.verb, subject: voice.subject, agent: agent) }
        }
        sortPairs(words, positions)
    }

    private mutating func note(_ word: Word, _ governor: inout String?) {
        switch word.roles {
        case let roles where roles.contains(.auxiliary):
            governor = nil
            skeleton.append(word.stem == "be" ? "be" : "aux")
        case let roles where roles.contains(.question) || roles.contains(.conjunction):
            if word.text != "and", word.text != "or" { governor = nil }
            skeleton.append(word.text)
        case let roles where roles.contains(.pronoun) || roles.contains(.negation):
            skeleton.append(word.text)
        default: break
        }
    }

    /// The painting was wanted by Nathan: Nathan wanted the painting.
    private mutating func activate(_ positions: [Int], verb: Int, subject: Range<Int>, agent: Range<Int>) {
        func items(_ range: Range<Int>) -> [Item] {
            zip(positions, self.items).filter { range.contains($0.0) }.map(\.1)
        }
        let doers = items(agent).map { item in
            var item = item
            item.governor = nil
            return item
        }
        let taken = items(subject)
        let verbs = items(verb..<verb + 1)
        guard !doers.isEmpty, !taken.isEmpty, verbs.count == 1 else { return }
        let others = zip(positions, self.items).filter {
            !agent.contains($0.0) && !subject.contains($0.0) && $0.0 != verb
        }
        let before = others.filter { $0.0 < min(subject.lowerBound, agent.lowerBound) }.map(\.1)
        let after = others.filter { $0.0 >= min(subject.lowerBound, agent.lowerBound) }.map(\.1)
        self.items = before + doers + verbs + taken + after
        isPassive = true
        participle = nil
    }

    private mutating func sortPairs(_ words: [Word], _ positions: [Int]) {
        guard !isPassive else { return }
        for joint in words.indices where words[joint].text == "and" || words[joint].text == "or" {
            var right: [Int] = []
            var left: [Int] = []
            var index = joint + 1
            while index < words.count, words[index].isContent || words[index].roles.contains(.determiner) {
                if words[index].isAfterBreak { break }
                if let place = positions.firstIndex(of: index) { right.append(place) }
                index += 1
            }
            index = joint - 1
            while index >= 0, words[index].isContent, left.count < right.count {
                if let place = positions.firstIndex(of: index) { left.insert(place, at: 0) }
                index -= 1
            }
            guard !left.isEmpty, let firstLeft = left.first else { continue }
            right = Array(right.prefix(left.count))
            let one = left.map { items[$0] }
            let other = right.map { items[$0] }
            guard one.count == other.count, other.map(\.meaning).joined() < one.map(\.meaning).joined() else { continue }
            items.replaceSubrange(firstLeft..<firstLeft + other.count + one.count, with: other + one)
        }
    }
}

/// A passive: which word is the verb, what it is done to, and by whom.
private struct Voice {
    let verb: Int
    let subject: Range<Int>
    let agent: Range<Int>?

    init?(_ words: [Word]) {
        guard let verb = words.indices.first(where: { Self.isParticiple(words, $0) }) else { return nil }
        guard let copula = words[..<verb].lastIndex(where: { $0.stem == "be" }) else { return nil }
        self.verb = verb
        // Was the painting wanted? The painting was wanted.
        let isInverted = words[(copula + 1)..<verb].contains { $0.isContent }
        let start = words[..<copula].lastIndex { $0.roles.contains(.question) || $0.roles.contains(.conjunction) }
        subject = isInverted ? copula + 1..<verb : (start.map { $0 + 1 } ?? 0)..<copula
        guard let by = words[(verb + 1)...].prefix(3).firstIndex(where: { $0.text == "by" }) else {
            agent = nil
            return
        }
        let end = words[(by + 1)...].firstIndex {
            !$0.isContent && !$0.roles.contains(.determiner) && !$0.roles.contains(.pronoun)
        }
        agent = by + 1..<(end ?? words.count)
    }

    private static func isParticiple(_ words: [Word], _ index: Int) -> Bool {
        let text = words[index].text
        guard index > 0, words[index].isContent, text.hasSuffix("ed") || Lexicon.participles.contains(text) else { return false }
        return text.utf8.count > 3
    }
}
