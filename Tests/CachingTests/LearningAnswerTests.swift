// SPDX-License-Identifier: Apache-2.0
import Caching
import Testing

private let long =
    "To restart the service, open a terminal, run the restart command with administrator rights, and look at the log after it."
private let longer =
    "Open a terminal and run the restart command with administrator rights to restart the service; after it, look at the log."

@Test(arguments: [
    ("Paris", "paris."),
    ("The capital is Paris.", "The capital  is\nParis"),
    ("Yes, it is.", "Yes; it is!"),
    ("It takes 3 days", "It takes three days."),
    ("", " "),
    (long, longer),
])
func `answers that say the same in the same words are the same`(one: String, other: String) {
    #expect(AnswerComparison(one, other) == .same)
    #expect(AnswerComparison(other, one) == .same)
}

@Test(arguments: [
    ("The fee is 25 dollars.", "The fee is 35 dollars."),
    ("Yes, you can do that.", "No, you can not do that."),
    ("The feature is supported.", "The feature is not supported."),
    ("The port is open.", "The port is closed."),
    ("Paris", ""),
    (
        "No, aspirin thins the blood and must be stopped a week before.",
        "Yes, aspirin may be taken as usual up to the day before."
    ),
])
func `answers that contradict each other are different however near their vectors are`(one: String, other: String) {
    #expect(AnswerComparison(one, other, cosine: 0.99) == .different)
    #expect(AnswerComparison(other, one, cosine: 0.99) == .different)
}

@Test func `the vectors decide where the words do not`() {
    let one = "Ask your branch for a new card and sign the form they give you."
    let other = "Visit the office, fill in the paper, and a replacement will be mailed."
    #expect(AnswerComparison(one, other, cosine: 0.95) == .same)
    #expect(AnswerComparison(one, other, cosine: 0.75) == .unclear)
    #expect(AnswerComparison(one, other, cosine: 0.30) == .different)
    #expect(AnswerComparison(one, other, cosine: .nan) != .same)
}

@Test func `long answers with quite other figures are unclear`() {
    let one = long + " It listens on port 8080 by default."
    let other = long + " It listens on port 9090 by default."
    #expect(AnswerComparison(one, other, cosine: 0.99) == .unclear)
}

@Test func `of another language only equal answers are the same`() {
    #expect(AnswerComparison("Да, конечно", "Да, конечно.") == .same)
    #expect(AnswerComparison("Да, конечно", "Нет, никогда", cosine: 0.99) == .unclear)
}
