// SPDX-License-Identifier: Apache-2.0

/// Whether two answers to nearly the same question say the same: what a verified hit is judged by.
package enum AnswerComparison: String, Sendable, Equatable {
    case same
    case different
    /// Neither can be said. It is counted neither for nor against.
    case unclear

    /// Answers of at most so many words stand or fall by a single one of them.
    private static let short = 20
    /// Two answers of one model to one question lie nearer than this, answers to different questions mostly do not.
    private static let near: Float = 0.90
    private static let far: Float = 0.60

    /// - Parameters:
    ///   - cosine: of the answers' own vectors, where there is an embedder.
    package init(_ kept: String, _ fresh: String, cosine: Float? = nil) {
        var scanners = (WordScanner(kept), WordScanner(fresh))
        let one = scanners.0.scan()
        let other = scanners.1.scan()
        if one.map(\.text) == other.map(\.text) {
            self = .same
        } else if one.isEmpty || other.isEmpty {
            self = .different
        } else if scanners.0.hasForeignLetters || scanners.1.hasForeignLetters {
            // The rules below are made for English.
            self = .unclear
        } else {
            self = Self.compare(one, other, cosine)
        }
    }

    private static func compare(_ one: [Word], _ other: [Word], _ cosine: Float?) -> AnswerComparison {
        if let first = opening(one), let second = opening(other), first != second { return .different }
        let isShort = one.count <= short && other.count <= short
        if isShort {
            if Numerals.all(one) != Numerals.all(other) { return .different }
            if denials(one) % 2 != denials(other) % 2 { return .different }
        } else if haveOtherNumbers(one, other) {
            return .unclear
        }
        let overlap = overlap(one, other)
        if overlap == 1, isShort { return .same }
        if isShort, TextPair.areOpposite(one, other) { return .different }
        guard let cosine, cosine.isFinite else { return overlap >= 0.85 ? .same : overlap <= 0.1 ? .different : .unclear }
        if cosine >= near { return .same }
        return cosine < far && overlap < 0.5 ? .different : .unclear
    }

    /// Yes and no at the very beginning.
    private static func opening(_ words: [Word]) -> Bool? {
        switch words.first?.text {
        case "yes", "yeah", "yep", "correct", "true": true
        case "no", "nope", "incorrect", "false": false
        default: nil
        }
    }

    private static func denials(_ words: [Word]) -> Int { words.count { $0.roles.contains(.negation) } }

    /// Both name figures of more than one digit (so no list's numbers), and not one in common.
    private static func haveOtherNumbers(_ one: [Word], _ other: [Word]) -> Bool {
        func figures(_ words: [Word]) -> Set<String> { Set(words.filter { $0.isNumber && $0.text.utf8.count > 1 }.map(\.text)) }
        let (left, right) = (figures(one), figures(other))
        return !left.isEmpty && !right.isEmpty && left.isDisjoint(with: right)
    }

    /// The share of words with a meaning of their own that both have.
    private static func overlap(_ one: [Word], _ other: [Word]) -> Double {
        func meanings(_ words: [Word]) -> Set<String> { Set(words.filter { $0.isContent || $0.isNumber }.map(\.meaning)) }
        let (left, right) = (meanings(one), meanings(other))
        let all = left.union(right).count
        return all == 0 ? 0 : Double(left.intersection(right).count) / Double(all)
    }
}
