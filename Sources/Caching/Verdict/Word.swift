// SPDX-License-Identifier: Apache-2.0

/// One word of a text, as the rules look at it.
struct Word: Sendable {
    /// In small letters; a number in digits.
    var text: String
    /// What inflected forms of one word share.
    var stem: String
    /// What words of one meaning share; the stem, where there are none.
    var meaning: String
    var roles: WordRoles
    var isNumber = false
    /// Written like a name or an identifier: with a capital letter inside a sentence, or with signs of code.
    var isName = false
    /// Begins with a capital letter.
    var isCapital = false
    /// The first of a sentence.
    var isFirst = false
    /// Punctuation stands right before it.
    var isAfterBreak = false
    var isPossessive = false

    var isContent: Bool { roles.isDisjoint(with: .empty) }

    init(_ text: String) {
        self.text = text
        if let known = Lexicon.known[text] {
            (roles, stem, meaning) = (known.roles, known.stem, known.meaning)
        } else {
            roles = []
            stem = Stem.of(text)
            meaning = Lexicon.meanings[stem] ?? stem
        }
    }
}
