// SPDX-License-Identifier: Apache-2.0
import Caching
import Testing

/// What forbids one answer for two texts, at any cosine.
private let vetoes: [(VetoReason, String, String)] = [
    (.numbers, "Is 5 mg of the drug enough?", "Is 50 mg of the drug enough?"),
    (.numbers, "Does the offer end in two weeks?", "Does the offer end in three weeks?"),
    (.numbers, "What changed in version 2.1.0?", "What changed in version 2.1.1?"),
    (.numbers, "Is ticket A-17 solved?", "Is ticket A-18 solved?"),
    (.numbers, "What happened on 3 May?", "What happened on 3 June?"),
    (.numbers, "Does it hold 16 GB of memory?", "Does it hold 16 MB of memory?"),
    (.numbers, "Is the second test easy?", "Is the first test easy?"),
    (.numbers, "Is it open on Sunday evenings?", "Is it open on Friday evenings?"),
    (.numbers, "Is x < y in this proof?", "Is x > y in this proof?"),
    (.negation, "Is the shop open?", "Isn't the shop open?"),
    (.negation, "Which birds fly south?", "Which birds never fly south?"),
    (.negation, "Which cities have trams?", "Which cities have no trams?"),
    (.negation, "Is the tool useful?", "Is the tool useless or helpful?"),
    (.negation, "Who is rich but not famous?", "Who is famous but not rich?"),
    (.antonym, "Is the river deep?", "Is the river shallow?"),
    (.antonym, "How do I import a table?", "How do I export a table?"),
    (.antonym, "Is the ending happy?", "Is the ending unhappy?"),
    (.antonym, "Is the road regular?", "Is the road irregular?"),
    (.antonym, "How do I log in to the portal?", "How do I log out to the portal?"),
    (.name, "How old is the tower of Pisa?", "How old is the tower of Siena?"),
    (.name, "What does max_size do?", "What does maximum do?"),
    (.name, "Is NASA an agency?", "Is it an agency?"),
    (.volatile, "What is the weather now?", "What is the weather now?"),
    (.volatile, "Who is the current mayor of Ghent?", "Who is the mayor of Ghent?"),
    (.questionKind, "Who wrote the novel?", "When was the novel written?"),
    (.questionKind, "How do I grow tomatoes?", "Do I grow tomatoes?"),
    (.questionKind, "How many rooms are in the house?", "How old are rooms in the house?"),
    (.questionKind, "Delete the old branch", "How do I delete the old branch?"),
    (.pronoun, "Did he pass his exam in law?", "Did she pass her exam in law?"),
    (.pronoun, "If Ann and Ben marry, is he happy?", "If Ann and Ben marry, is Ben happy?"),
    (.person, "What is my role in the team?", "What is your role in the team?"),
    (.person, "Are you allowed in the lab?", "Are they allowed in the lab?"),
    (.conjunction, "Do rabbits and hares dig?", "Do rabbits or hares dig?"),
    (.aspect, "Is the bridge closed?", "Is the bridge still closed?"),
    (.aspect, "Is Ida a nurse?", "Is Ida becoming a nurse?"),
    (.aspect, "Did the lake use to be larger?", "Was the lake larger?"),
    (.aspect, "Does Otto sing in church?", "Does Otto keep singing in church?"),
    (.tense, "Is Bern the seat of the court?", "Was Bern the seat of the court?"),
    (.modality, "Should I repaint the fence?", "Can I repaint the fence?"),
    (.modality, "Does the price rise in spring?", "Will the price rise in spring?"),
    (.direction, "How do I get from the port to the zoo?", "How do I get from the zoo to the port?"),
    (.direction, "Is tea served before lunch?", "Is tea served at lunch?"),
    (.order, "Does the dog fear the cat?", "Does the cat fear the dog?"),
    (.order, "Did Emil paint the house?", "Was Emil painted by the house?"),
    (.order, "Does the plan include the fee?", "Is the plan included in the fee?"),
    (.order, "Who taught Clara?", "Who did Clara teach?"),
    (.order, "Does Noah rely on Kayla?", "Does Kayla really rely on Noah?"),
    (.unreadable, "Где находится банк?", "Где находится аптека?"),
    (.unreadable, "Is it?", "Is it so?"),
]

@Test(arguments: vetoes)
func `a veto holds at any cosine and from both sides`(reason: VetoReason, one: String, other: String) {
    let rules = SimilarityRules.strict
    #expect(!rules.verdict(one, other, cosine: 1).isHit)
    #expect(!rules.verdict(other, one, cosine: 1).isHit)
    if case .veto(let found) = rules.verdict(one, other, cosine: 1) {
        let allowed: Set<VetoReason> = reason == .modality ? [.modality, .person] : [reason]
        #expect(allowed.contains(found), "\(found)")
    } else {
        Issue.record("\(rules.verdict(one, other, cosine: 1))")
    }
}

@Test func `every veto is seen, has a stable name and says why in a sentence`() {
    for reason in VetoReason.allCases {
        #expect(vetoes.contains { $0.0 == reason }, "\(reason)")
        #expect(reason.rawValue.allSatisfy { $0.isLowercase || $0 == "_" })
        #expect(reason.sentence.hasSuffix("."))
    }
    #expect(Set(VetoReason.allCases.map(\.sentence)).count == VetoReason.allCases.count)
}

/// What looks like one of the vetoes and is none.
private let harmless: [(String, String)] = [
    ("Where is branch #0471?", "Where is branch 0471 located?"),
    ("Is 1,000 dollars enough for a week?", "Is 1000 dollars enough for a week?"),
    ("Is the tax 5% in Malta?", "Is the tax 5 percent in Malta?"),
    ("Why isn't the printer ready?", "Why is the printer not ready?"),
    ("Can't cats swim?", "Cannot cats swim?"),
    ("What Is The Capital Of Chad?", "what is the capital of chad"),
    ("Did Emil paint the house?", "Was the house painted by Emil?"),
    ("Who wrote the book?", "By whom was the book written?"),
    ("Do you have to boil rice?", "Must you boil rice?"),
    ("How can I fix a leaking pipe?", "What should I do to fix a leaking pipe?"),
    ("How do you peel garlic fast?", "How do I peel garlic fast?"),
    ("Are lemons and limes related?", "Are limes and lemons related?"),
]

@Test(arguments: harmless)
func `what says the same in other letters is no veto`(one: String, other: String) {
    if case .veto(let reason) = SimilarityRules.strict.verdict(one, other, cosine: 0.96) { Issue.record("\(reason)") }
}

@Test func `a veto that is switched off by name does not hold, and the others do`() {
    var rules = SimilarityRules.strict
    rules.ignored = [.volatile]
    let text = "What is the current price of wheat?"
    #expect(rules.verdict(text, text, cosine: 1) == .hit(.sameWords))
    #expect(rules.verdict(text, "What is not the current price of wheat?", cosine: 1) == .veto(.negation))
}

@Test func `the class of the edit decides how near texts must be`() {
    let rules = SimilarityRules(
        thresholds: SimilarityRules.Thresholds(sameWords: 0.5, restructured: 0.6, insertion: 0.7, substitution: 0.8))
    let text = "How do I bake bread at home?"
    let cases: [(String, EditClass, Float)] = [
        ("At home, how can I bake bread?", .sameWords, 0.5),
        ("How do I bake bread at home for guests?", .insertion, 0.7),
        ("How do I bake cake at home?", .substitution, 0.8),
        ("How do I bake sweet bread at home?", .substitution, 0.8),
    ]
    for (other, edit, needed) in cases {
        #expect(rules.verdict(text, other, cosine: needed) == .hit(edit), "\(other)")
        #expect(rules.verdict(text, other, cosine: needed - 0.01) == .below(edit, needed: needed), "\(other)")
    }
    #expect(
        rules.verdict("Where can I buy a car in Kiel?", "Where can I purchase a car in Kiel?", cosine: 0.6) == .hit(.restructured)
    )
    #expect(!rules.verdict(text, text, cosine: .nan).isHit)
}

@Test func `a text of any make is judged without harm`() {
    let texts = [
        "", " ", "?", "'", "''s", "n't", "--", "a", "$", "\u{0}", "\u{301}", "🙂🙂 🙂", "what", "how", "how many", "by", "was by",
        "is wanted by", "and or and", "1,2,3", "#", "@@@ @ a@b", String(repeating: "word ", count: 3000), "be be be by by",
    ]
    for one in texts {
        for other in texts { _ = SimilarityRules.strict.verdict(one, other, cosine: 1) }
        _ = SemanticText(one).bypass(isOneUsers: false)
        _ = AnswerComparison(one, texts[0])
    }
}
