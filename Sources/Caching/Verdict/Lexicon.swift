// SPDX-License-Identifier: Apache-2.0

/// What the rules know of English, looked up by a word in small letters or by its stem.
enum Lexicon {
    private static let roles: [String: WordRoles] = {
        var roles: [String: WordRoles] = [:]
        func add(_ role: WordRoles, _ list: String) {
            for word in list.split(whereSeparator: \.isWhitespace) { roles[String(word), default: []].insert(role) }
        }
        for (role, list) in WordLists.roles { add(role, list) }
        return roles
    }()

    /// All words that have a role, with what else is known of them.
    static let known: [String: (roles: WordRoles, stem: String, meaning: String)] = {
        var known: [String: (roles: WordRoles, stem: String, meaning: String)] = [:]
        for (word, roles) in roles {
            let stem = Stem.of(word)
            known[word] = (roles, stem, meanings[stem] ?? stem)
        }
        return known
    }()

    /// The stem that stands for all words of one meaning.
    static let meanings: [String: String] = {
        var meanings: [String: String] = [:]
        for line in WordLists.synonyms.split(separator: "\n") {
            let stems = line.split(separator: " ").map { Stem.of(String($0)) }
            for stem in stems { meanings[stem] = stems[0] }
        }
        return meanings
    }()

    /// By a stem, the stems that mean its opposite.
    static let antonyms: [String: Set<String>] = {
        var antonyms: [String: Set<String>] = [:]
        for pair in WordLists.antonyms.split(whereSeparator: \.isWhitespace) {
            let sides = pair.split(separator: "/").map { Stem.of(String($0)) }
            guard sides.count == 2 else { continue }
            antonyms[sides[0], default: []].insert(sides[1])
            antonyms[sides[1], default: []].insert(sides[0])
        }
        return antonyms
    }()

    /// By an inflected form, the plain one.
    static let irregular: [String: String] = {
        var irregular: [String: String] = [:]
        for line in WordLists.irregular.split(whereSeparator: \.isNewline) {
            let forms = line.split(separator: " ").map(String.init)
            for form in forms.dropFirst() { irregular[form] = forms[0] }
        }
        return irregular
    }()

    /// Participles that do not end in -ed.
    static let participles = Set(
        WordLists.irregular.split(whereSeparator: \.isNewline).compactMap {
            $0.split(separator: " ").last.map(String.init)
        })

    static let numbers: [String: String] = {
        var numbers: [String: String] = [:]
        for entry in WordLists.numbers.split(whereSeparator: \.isWhitespace) {
            let sides = entry.split(separator: "=")
            if sides.count == 2 { numbers[String(sides[0])] = String(sides[1]) }
        }
        return numbers
    }()

    static let contractions: [String: [String]] = {
        var contractions: [String: [String]] = [:]
        for line in WordLists.contractions.split(whereSeparator: \.isNewline) {
            let sides = line.split(separator: "=")
            if sides.count == 2 { contractions[String(sides[0])] = sides[1].split(separator: " ").map(String.init) }
        }
        return contractions
    }()

    static let dates = set(WordLists.dates)
    static let ambiguousDates = set("may march second")
    static let currencies = Set(set("dollar euro pound yen rupee usd eur gbp jpy inr chf").map(Stem.of))
    static let times = Set(set("second minute hour day week month year").map(Stem.of))
    /// With them, 's is is.
    static let takesIs = set("what who where when how why it that there here he she let which this")
    static let male = set("he him his himself")
    static let female = set("she her hers herself")
    static let openings = phrases(WordLists.openings)
    static let endings = set("please thanks")
    static let ways = phrases(WordLists.ways)
    static let requests = phrases(WordLists.requests)
    static let abilities = phrases(WordLists.abilities)
    static let prefixes = ["un", "in", "im", "ir", "il", "non", "dis", "mis", "de", "anti", "a", "ab"]

    static func set(_ list: String) -> Set<String> { Set(list.split(whereSeparator: \.isWhitespace).map(String.init)) }

    /// By their first word, the longest first, so that no phrase hides another.
    private static func phrases(_ list: String) -> [String: [[String]]] {
        let phrases = list.split(whereSeparator: \.isNewline).map { $0.split(separator: " ").map(String.init) }
        return Dictionary(grouping: phrases) { $0.first ?? "" }.mapValues { $0.sorted { $0.count > $1.count } }
    }
}
