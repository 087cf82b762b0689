// SPDX-License-Identifier: Apache-2.0

/// A text taken apart once, to be compared with others: its words and what they ask for.
package struct SemanticText: Sendable {
    /// Without the politeness around a question, and with contractions resolved.
    let words: [Word]
    let kind: QuestionKind
    /// Has letters that the rules cannot judge.
    let hasForeignLetters: Bool
    /// More words than the rules look at.
    let isTooLong: Bool
    /// Asks to be done, not to be told.
    let isCommand: Bool

    /// In words; comparing two texts takes time in proportion to the product of their lengths. What is
    /// embedded is shorter anyway.
    package static let longest = 200

    package init(_ text: String) {
        var scanner = WordScanner(text)
        let words = scanner.scan(atMost: Self.longest + 1)
        isTooLong = words.count > Self.longest
        hasForeignLetters = scanner.hasForeignLetters
        let (kind, rest) = QuestionFrame.read(words)
        self.kind = kind
        self.words = rest
        isCommand = kind == .other && rest.first?.roles.contains(.action) == true
    }

    /// How many words carry meaning.
    package var contentWords: Int { words.count { $0.isContent } }
}
