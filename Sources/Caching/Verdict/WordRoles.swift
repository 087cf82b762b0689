// SPDX-License-Identifier: Apache-2.0

/// What a word does in a sentence. A word without any role carries meaning of its own: a content word.
struct WordRoles: OptionSet, Sendable {
    let rawValue: UInt32
    static let determiner = WordRoles(rawValue: 1 << 0)
    static let auxiliary = WordRoles(rawValue: 1 << 1)
    static let pronoun = WordRoles(rawValue: 1 << 2)
    static let preposition = WordRoles(rawValue: 1 << 3)
    static let conjunction = WordRoles(rawValue: 1 << 4)
    static let question = WordRoles(rawValue: 1 << 5)
    /// Politeness and emphasis.
    static let filler = WordRoles(rawValue: 1 << 6)
    /// Verbs and nouns that say hardly more than an auxiliary: get, have, way.
    static let light = WordRoles(rawValue: 1 << 7)
    static let negation = WordRoles(rawValue: 1 << 8)
    static let aspect = WordRoles(rawValue: 1 << 9)
    static let volatile = WordRoles(rawValue: 1 << 10)
    static let number = WordRoles(rawValue: 1 << 11)
    static let unit = WordRoles(rawValue: 1 << 12)
    /// What makes a question after an amount: fee, price, limit.
    static let amount = WordRoles(rawValue: 1 << 13)
    /// Verbs that, said as a command, change something.
    static let action = WordRoles(rawValue: 1 << 14)
    /// Nouns for a state of the one who asks: balance, order.
    static let state = WordRoles(rawValue: 1 << 15)
    /// Nouns that announce a name: customer, city.
    static let title = WordRoles(rawValue: 1 << 16)
    /// Verbs that, before another one, say in which part of it somebody is: start, keep.
    static let phase = WordRoles(rawValue: 1 << 17)

    /// The roles that take a word's meaning away.
    static let empty: WordRoles = [
        .determiner, .auxiliary, .pronoun, .preposition, .conjunction, .question, .filler, .light, .negation, .aspect,
    ]
}
