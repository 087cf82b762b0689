// SPDX-License-Identifier: Apache-2.0

/// The way from one text to the other: which runs of words were put in, taken out or exchanged for others.
struct EditScript {
    private(set) var edit: EditClass = .sameWords
    /// Word for word the same content, in whatever order.
    private(set) var hasSameContent = true

    init(_ first: [Word], _ second: [Word], onlyFirst: [Word], onlySecond: [Word]) {
        let left = first.map(\.meaning)
        let right = second.map(\.meaning)
        let table = CommonWords(left, right)
        let onlyLeft = Set(onlyFirst.map(\.meaning))
        let onlyRight = Set(onlySecond.map(\.meaning))
        // A light verb that is added says nothing; one in another's place does.
        let hasOtherVerb = Self.exchangesLight(onlyFirst, onlySecond)
        var substitutions = 0
        var insertions = 0
        var largest = 0
        var isExchange = false
        for gap in table.gaps {
            var before = Self.content(first, gap.left, onlyLeft, withLight: hasOtherVerb)
            var after = Self.content(second, gap.right, onlyRight, withLight: hasOtherVerb)
            // A light verb in the place of another is no mere addition: get, renew.
            if before > 0, after == 0 { after = Self.content(second, gap.right, onlyRight, withLight: true) }
            if after > 0, before == 0 { before = Self.content(first, gap.left, onlyLeft, withLight: true) }
            if before > 0, after > 0 {
                substitutions += 1
                largest = max(largest, before, after)
                if Self.isNominal(first[gap.left]), Self.isNominal(second[gap.right]) { isExchange = true }
            } else if before + after > 0 {
                insertions += 1
                if before > 0 ? Self.isModifier(first, gap.left) : Self.isModifier(second, gap.right) { isExchange = true }
            }
        }
        let shortest = max(1, min(left.count, right.count))
        let isFrame = substitutions >= 1 && table.common * 10 >= shortest * 6
        let isSlot = substitutions == 1 && insertions == 0 && table.common * 2 >= shortest && largest <= 3
        hasSameContent = substitutions == 0 && insertions == 0
        if isExchange {
            edit = .substitution
        } else if substitutions == 0 {
            edit = insertions == 0 ? .sameWords : .insertion
        } else {
            edit = isFrame || isSlot ? .substitution : .restructured
        }
        if edit == .sameWords, usesSynonyms(first, second) { edit = .restructured }
    }

    /// Have to and need to are one; know how to and want to are not.
    private static func exchangesLight(_ first: [Word], _ second: [Word]) -> Bool {
        let one = first.filter { $0.roles.contains(.light) }
        let other = second.filter { $0.roles.contains(.light) }
        guard !one.isEmpty, !other.isEmpty else { return false }
        return !(one + other).allSatisfy { $0.meaning == "need" || $0.meaning == "hav" || $0.meaning == "have" }
    }

    private static func content(_ words: [Word], _ run: Range<Int>, _ missing: Set<String>, withLight: Bool) -> Int {
        var count = 0
        for index in run where missing.contains(words[index].meaning) {
            let word = words[index]
            if word.roles.contains(.light) {
                count += withLight ? 1 : 0
            } else if word.isContent || word.isNumber, !isTitle(words, index) {
                count += 1
            }
        }
        return count
    }

    /// Nothing but a thing and its attributes: what stands there is one thing in the place of another.
    private static func isNominal(_ run: ArraySlice<Word>) -> Bool {
        run.allSatisfy { $0.isContent || !$0.roles.isDisjoint(with: [.determiner, .pronoun, .filler]) }
    }

    /// What was put in narrows the word beside it: a student account, an account statement.
    private static func isModifier(_ words: [Word], _ run: Range<Int>) -> Bool {
        guard isNominal(words[run]) else { return false }
        if let last = words[run].last, last.isContent, run.upperBound < words.count, words[run.upperBound].isContent {
            return !last.text.hasSuffix("ly")
        }
        if let first = words[run].first, first.isContent, run.lowerBound > 0, words[run.lowerBound - 1].isContent {
            return !first.text.hasSuffix("ly")
        }
        return false
    }

    /// The customer before Jack Miller says no more than his name.
    private static func isTitle(_ words: [Word], _ index: Int) -> Bool {
        words[index].roles.contains(.title) && index + 1 < words.count && words[index + 1].isName
    }

    private func usesSynonyms(_ first: [Word], _ second: [Word]) -> Bool {
        first.contains { word in word.isContent && !second.contains { $0.stem == word.stem } }
    }
}

/// The longest common sequence of two lists of words, and what lies between its words.
struct CommonWords {
    private(set) var common = 0
    private(set) var gaps: [(left: Range<Int>, right: Range<Int>)] = []

    init(_ left: [String], _ right: [String]) {
        let width = right.count + 1
        var lengths = [UInt16](repeating: 0, count: (left.count + 1) * width)
        for row in left.indices.reversed() {
            for column in right.indices.reversed() {
                lengths[row * width + column] =
                    left[row] == right[column]
                    ? lengths[(row + 1) * width + column + 1] + 1
                    : max(lengths[(row + 1) * width + column], lengths[row * width + column + 1])
            }
        }
        var row = 0
        var column = 0
        var leftStart = 0
        var rightStart = 0
        while row < left.count, column < right.count {
            if left[row] == right[column] {
                add(leftStart..<row, rightStart..<column)
                row += 1
                column += 1
                common += 1
                leftStart = row
                rightStart = column
            } else if lengths[(row + 1) * width + column] >= lengths[row * width + column + 1] {
                row += 1
            } else {
                column += 1
            }
        }
        add(leftStart..<left.count, rightStart..<right.count)
    }

    private mutating func add(_ left: Range<Int>, _ right: Range<Int>) {
        if !left.isEmpty || !right.isEmpty { gaps.append((left, right)) }
    }
}
