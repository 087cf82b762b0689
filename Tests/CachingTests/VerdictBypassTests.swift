// SPDX-License-Identifier: Apache-2.0
import Caching
import Testing

private let bypassed: [(BypassReason, String)] = [
    (.tooFewWords, "Hello!"),
    (.tooFewWords, "What is it?"),
    (.tooFewWords, "Why?"),
    (.tooFewWords, ""),
    (.tooLong, String(repeating: "another word ", count: 101)),
    (.volatileText, "What is the weather in Oslo today?"),
    (.volatileText, "Who is the current president of Chile?"),
    (.volatileText, "Show the latest release of the compiler"),
    (.personalState, "What is my account balance?"),
    (.personalState, "Where is my order of shoes?"),
    (.personalState, "Cancel my train booking"),
    (.personalState, "Have I paid the electricity company?"),
    (.personalState, "Do I have meetings with Anna on Monday?"),
    (.foreignLetters, "東京の天気はどうですか"),
    (.foreignLetters, "Какая столица Франции?"),
    (.foreignLetters, "Translate добрый день into English"),
]

@Test(arguments: bypassed)
func `a text whose answer holds for one moment or one person is not looked up`(reason: BypassReason, text: String) {
    #expect(SemanticText(text).bypass(isOneUsers: false) == reason)
}

@Test(arguments: [
    "How do I see my account balance?", "Can I change my card's limit abroad?", "What is the capital of France?",
    "Où est la bibliothèque nationale?", "Why does my Python script leak memory?", "Do I have to boil rice first?",
])
func `a text that asks for what is true for everybody is looked up`(text: String) {
    #expect(SemanticText(text).bypass(isOneUsers: false) == nil)
}

@Test func `in a namespace of one user, his own data are as good as any`() {
    let text = SemanticText("What is my account balance?")
    #expect(text.bypass(isOneUsers: false) == .personalState)
    #expect(text.bypass(isOneUsers: true) == nil)
    #expect(SemanticText("What is my balance today?").bypass(isOneUsers: true) == .volatileText)
}

@Test func `every reason to pass a text by is seen and says why in a sentence`() {
    for reason in BypassReason.allCases {
        #expect(bypassed.contains { $0.0 == reason })
        #expect(reason.sentence.hasSuffix("."))
    }
}
