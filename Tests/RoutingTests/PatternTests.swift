// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Routing

@Suite struct PatternTests {
    @Test(arguments: [
        ("", "anything", true),
        ("4o", "gpt-4o-mini", true),
        ("^4o", "gpt-4o-mini", false),
        ("mini$", "gpt-4o-mini", true),
        ("^$", "", true),
        ("^$", "a", false),
        ("a.c", "abc", true),
        ("a.c", "a\nc", false),
        ("a.c", "a\u{1F600}c", true),
        ("a\\.c", "abc", false),
        ("^(gpt|claude)-", "claude-3", true),
        ("^(gpt|claude|)-", "-3", true),
        ("^a*$", "", true),
        ("^a+$", "", false),
        ("^ab?c$", "ac", true),
        ("^a{2}$", "aa", true),
        ("^a{2}$", "aaa", false),
        ("^a{2,}$", "aaaa", true),
        ("^a{1,2}b$", "aaab", false),
        ("^a{0}b$", "b", true),
        ("a{", "a{", true),
        ("^a{,2}$", "a{,2}", true),
        ("^x{1,2}?y", "xxy", true),
        ("^(?:ab)+$", "ababab", true),
        ("^(?<name>ab)c$", "abc", true),
        ("^[a-c]+$", "abcabc", true),
        ("^[^a-c]+$", "xyz", true),
        ("^[^a-c]+$", "xbz", false),
        ("^[]$", "a", false),
        ("^[^]$", "\n", true),
        ("^[a-]+$", "a-", true),
        ("^[\\d-x]+$", "1-x", true),
        ("^[\\]\\\\]+$", "]\\", true),
        ("^[^\\s\\d]+$", "ab", true),
        ("^[\\W]$", "-", true),
        ("^[\\S\\n]+$", "a\nb", true),
        ("^\\d{4}-\\d\\d$", "2026-09", true),
        ("^\\w+$", "a_1é", false),
        ("^\\s$", "\u{3000}", true),
        ("\\bcat\\b", "a cat.", true),
        ("\\bcat\\b", "concat", false),
        ("\\Bcat", "concat", true),
        ("^\\x41\\u00e9$", "Aé", true),
        ("^\\u{2}$", "uu", true),
        ("^\\t\\/\\-$", "\t/-", true),
        ("^\\0$", "\0", true),
        ("é", "e\u{301}", false),
        ("(a*)*$", "b", true),
        ("^(a|a)*b$", "aaab", true),
        ("(?:){3}x", "x", true),
    ])
    func `a pattern matches as in JavaScript`(pattern: String, text: String, expected: Bool) throws {
        #expect(try Pattern(pattern).matches(text) == expected)
    }

    @Test(arguments: [
        "*", "a**", "^*", "(", ")", "(a", "[a", "[b-a]", "a{2,1}", "\\", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?i)a", "(a)\\1",
        "\\k<a>", "\\p{L}", "a{1001}", "(a{1000}){1000}", "((){1000}a{9}){1000}", "(?<n", "\\cJ",
    ])
    func `a pattern that cannot be followed is refused`(pattern: String) {
        #expect(throws: PatternFault.self) { try Pattern(pattern) }
    }

    @Test func `groups nest so deep and no deeper`() throws {
        func nested(_ depth: Int) -> String { String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth) }
        #expect(try Pattern(nested(32)).matches("a"))
        #expect(throws: PatternFault.self) { try Pattern(nested(33)) }
        #expect(throws: PatternFault.self) { try Pattern(String(repeating: "a", count: 3000)) }
    }

    /// These would take a matcher that goes back in the text longer than the sun burns.
    @Test(arguments: ["^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "(a*)*b", "(.*a){20}$"])
    func `no pattern takes more steps than the text is long`(pattern: String) throws {
        #expect(try !Pattern(pattern).matches(String(repeating: "a", count: 4000) + "!"))
    }

    @Test func `a kilobyte of a value is read, and where it ends is no end`() throws {
        let long = String(repeating: "a", count: Pattern.longestText)
        #expect(try Pattern("a$").matches(long))
        #expect(try !Pattern("b").matches(long + "b"))
        #expect(try !Pattern("a$").matches(long + "b"))
        #expect(try Pattern("^a").matches(long + "b"))
    }

    @Test func `a class of many characters is looked up, not walked through`() {
        let odd = CharacterSet(ranges: (0..<1000).reversed().map { 2 * $0 + 1...2 * $0 + 1 })
        #expect(odd.ranges.count == 1000 && odd.contains(999) && !odd.contains(1000) && odd.inverted.contains(1000))
        #expect(CharacterSet(ranges: [5...9, 1...3, 4...4, 8...12]).ranges == [1...12])
        for character in UInt32(0)..<200 {
            let isOdd = character % 2 == 1
            #expect(odd.contains(character) == isOdd && odd.inverted.contains(character) != isOdd)
        }
        #expect(!CharacterSet(ranges: []).contains(1) && CharacterSet(ranges: [], isInverted: true).contains(1))
    }

    @Test func `all patterns of a config share one allowance`() throws {
        func config(_ count: Int) -> String {
            let condition = #"{"query": {"params.n": {"$regex": "a{499}"}}, "then": "a"}"#
            let conditions = Array(repeating: condition, count: count).joined(separator: ",")
            return #"{"strategy": {"mode": "conditional", "conditions": [\#(conditions)]}, "targets": [{"name": "a"}]}"#
        }
        #expect(try refusal(config(2)) == nil)
        #expect(try refusal(config(3)) != nil)
    }
}
