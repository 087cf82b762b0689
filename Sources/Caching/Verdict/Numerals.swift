// SPDX-License-Identifier: Apache-2.0

/// Brings numbers to one writing: three is 3, #0471 is 0471, 5% is 5 percent.
enum Numerals {
    static func normalized(_ words: [Word]) -> [Word] {
        var words = words
        for index in words.indices {
            let isBeforeUnit = index + 1 < words.count && !words[index + 1].roles.isDisjoint(with: [.unit, .number])
            let text = words[index].text
            if text == "one" || text == "a" || text == "an" {
                if text == "one", isBeforeUnit { set("1", &words[index]) }
            } else if let value = Lexicon.numbers[text] {
                set(value, &words[index])
            } else if Lexicon.dates.contains(text) || Lexicon.ambiguousDates.contains(text) && isDate(words, index) {
                words[index].isNumber = true
            } else if words[index].isNumber {
                words[index].stem = text
                words[index].meaning = text
            }
        }
        return words
    }

    private static func set(_ value: String, _ word: inout Word) {
        word.text = value
        word.stem = value
        word.meaning = value
        word.roles = [.number]
        word.isNumber = true
        word.isName = false
    }

    /// May and March are words, too.
    private static func isDate(_ words: [Word], _ index: Int) -> Bool {
        if words[index].isName { return true }
        return index > 0 && words[index - 1].isNumber || index + 1 < words.count && words[index + 1].isNumber
    }

    /// All numbers of a text in order of size, each with its unit.
    static func all(_ words: [Word]) -> [String] {
        var numbers: [String] = []
        for index in words.indices where words[index].isNumber {
            let hasUnit = index + 1 < words.count && words[index + 1].roles.contains(.unit)
            let isCurrency = index > 0 && Lexicon.currencies.contains(words[index - 1].stem)
            let unit = hasUnit ? words[index + 1].meaning : isCurrency ? words[index - 1].meaning : ""
            numbers.append(unit.isEmpty ? words[index].text : words[index].text + " " + unit)
        }
        return numbers.count > 1 ? numbers.sorted() : numbers
    }
}

/// Need and want say little before the verb that is needed or wanted.
enum Wishes {
    static func marked(_ words: [Word]) -> [Word] {
        var words = words
        for index in words.indices where words[index].meaning == "need" {
            if index + 1 < words.count, words[index + 1].text == "to" { words[index].roles.insert(.light) }
        }
        return words
    }
}

/// In a Heading Written Like This a capital letter says nothing.
enum TitleCase {
    static func withoutFalseNames(_ words: [Word]) -> [Word] {
        // All words of any length have one, some that are never names among them.
        let inside = words.filter { !$0.isFirst && !$0.isNumber && $0.text.utf8.count > 3 }
        guard inside.allSatisfy(\.isCapital),
            words.contains(where: { !$0.isFirst && $0.isCapital && !$0.isContent && $0.text != "i" })
        else { return words }
        return words.map { word in
            var word = word
            if word.text.allSatisfy({ $0.isLetter }) { word.isName = false }
            return word
        }
    }
}
