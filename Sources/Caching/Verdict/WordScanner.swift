// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into words: contractions resolved, numbers and identifiers whole, signs of currency and arithmetic as words.
struct WordScanner {
    private let scalars: [Unicode.Scalar]
    private var words: [Word] = []
    private var startsSentence = true
    private var followsBreak = false
    private(set) var hasForeignLetters = false

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// - Parameter limit: of words; the rest of the text is not looked at.
    mutating func scan(atMost limit: Int = .max) -> [Word] {
        var index = 0
        while index < scalars.count, words.count < limit {
            if let symbol = Self.symbols[scalars[index]] {
                append(symbol, isNumber: Self.operators.contains(symbol))
                index += 1
            } else if Self.isWordPart(scalars[index]) {
                index = scanWord(from: index)
            } else {
                scanMark(scalars[index])
                index += 1
            }
        }
        return TitleCase.withoutFalseNames(Numerals.normalized(Wishes.marked(words)))
    }

    private mutating func scanMark(_ scalar: Unicode.Scalar) {
        switch scalar {
        case ".", "?", "!", ";", ":", "\n": startsSentence = true
        case ",", "(", ")": followsBreak = true
        default:
            // A picture may be all that a text says: it is a word.
            if scalar.value > 0x2BFF || (0x2190...0x2BFF).contains(scalar.value), !Self.isInvisible(scalar) {
                append(String(scalar), isNumber: false)
            }
        }
    }

    /// - Returns: where the word ends.
    private mutating func scanWord(from start: Int) -> Int {
        var end = start
        var hasDigit = false
        var hasLetter = false
        var hasSign = false
        var capitals = 0
        var text = String.UnicodeScalarView()
        while end < scalars.count {
            let scalar = scalars[end]
            if Self.isWordPart(scalar) {
                if scalar.properties.isAlphabetic {
                    hasLetter = true
                    if !Self.isLatin(scalar) { hasForeignLetters = true }
                    if scalar.properties.isUppercase { capitals += 1 }
                } else if scalar == "_" {
                    hasSign = true
                } else {
                    hasDigit = true
                }
                if scalar.isASCII {
                    text.append(
                        capitals > 0 && (0x41...0x5a).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
                } else {
                    text.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
                }
            } else if let kept = joint(at: end, hasLetter: hasLetter, hasDigit: hasDigit) {
                if kept != "," { text.append(kept) }
                if kept != "'", kept != "," { hasSign = true }
            } else {
                break
            }
            end += 1
        }
        let length = end - start
        let isCapital = capitals > 0 && scalars[start].properties.isUppercase
        let isIdentifier = hasLetter && (hasDigit || hasSign) || capitals > 1 || capitals == 1 && !isCapital
        let isName = isIdentifier || isCapital && !startsSentence && length > 1
        let before = words.count
        emit(String(text), isNumber: hasDigit, isName: isName)
        if isCapital, before < words.count { words[before].isCapital = true }
        return end
    }

    /// The sign at `index` as a part of the word around it; nil where it ends the word.
    private func joint(at index: Int, hasLetter: Bool, hasDigit: Bool) -> Unicode.Scalar? {
        let next: Unicode.Scalar? = index + 1 < scalars.count ? scalars[index + 1] : nil
        let before = scalars[index - 1]
        switch scalars[index] {
        case "#" where hasLetter && !hasDigit, "+" where hasLetter && !hasDigit && (next == "+" || before == "+"):
            return scalars[index]
        default: break
        }
        guard let next, Self.isWordPart(next), Self.isWordPart(before) else { return nil }
        let isDigitBefore = (0x30...0x39).contains(before.value)
        let isDigitAfter = (0x30...0x39).contains(next.value)
        switch scalars[index] {
        case "'", "\u{2019}": return "'"
        case ".", "@", "&", "\\": return scalars[index]
        case ",": return isDigitBefore && isDigitAfter ? "," : nil
        case ":": return isDigitBefore && isDigitAfter ? ":" : nil
        case "-", "/": return isDigitAfter && (isDigitBefore || hasLetter) || isDigitBefore && hasLetter ? scalars[index] : nil
        default: return nil
        }
    }

    private mutating func emit(_ text: String, isNumber: Bool, isName: Bool) {
        if let expansion = Lexicon.contractions[text] {
            for part in expansion { append(part, isNumber: false) }
            return
        }
        guard let mark = text.firstIndex(of: "'") else { return append(text, isNumber: isNumber, isName: isName) }
        let head = String(text[..<mark])
        let tail = text[text.index(after: mark)...]
        switch tail {
        case "s" where Lexicon.takesIs.contains(head):
            append(head, isNumber: false)
            append("is", isNumber: false)
        case "s", "":
            append(head, isNumber: isNumber, isName: isName)
            words[words.count - 1].isPossessive = true
        case "t" where head.hasSuffix("n"):
            append(String(head.dropLast()), isNumber: false)
            append("not", isNumber: false)
        case "re", "m", "ve", "ll", "d":
            append(head, isNumber: isNumber, isName: isName)
            append(Self.shortened[String(tail)] ?? "is", isNumber: false)
        default: append(text, isNumber: isNumber, isName: isName)
        }
    }

    private mutating func append(_ text: String, isNumber: Bool, isName: Bool = false) {
        var word = Word(text)
        word.isNumber = isNumber
        word.isName = isName && (word.isContent || isNumber)
        word.isFirst = startsSentence
        word.isAfterBreak = startsSentence || followsBreak
        words.append(word)
        startsSentence = false
        followsBreak = false
    }

    private static let shortened = ["re": "are", "m": "am", "ve": "have", "ll": "will", "d": "would"]
    private static let operators: Set<String> = ["+", "*", "=", "<", ">", "^", "\u{d7}", "\u{f7}"]
    private static let symbols: [Unicode.Scalar: String] = [
        "$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee", "%": "percent", "&": "and", "°": "degree",
        "+": "+", "*": "*", "=": "=", "<": "<", ">": ">", "^": "^", "\u{d7}": "\u{d7}", "\u{f7}": "\u{f7}",
    ]

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return switch scalar.value {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: true
            default: false
            }
        }
        return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || scalar.properties.generalCategory == .nonspacingMark
    }

    static func isLatin(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value <= 0x24F || (0x1E00...0x1EFF).contains(scalar.value)
    }

    /// Marks that change the look of the sign before.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        (0xFE00...0xFE0F).contains(scalar.value) || scalar.value == 0x3000 || scalar.value == 0xFEFF
    }
}
