// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Observability

struct KnownKeysTests {
    private func secret(_ text: String) -> SecretBytes { Array(text.utf8).withUnsafeBytes { SecretBytes(copying: $0) } }

    private func masked(_ text: String, knowing keys: String...) -> String {
        let known = KnownKeys()
        for key in keys { known.add(secret(key)) }
        return String(decoding: Redaction.maskedByKnownKeys(Array(text.utf8), known), as: UTF8.self)
    }

    @Test(arguments: [
        ("plainword-1234567890", "***"), ("at plainword-1234567890 it", "at *** it"), ("key=plainword-1234567890,x", "key=***,x"),
        (#"{"k":"plainword-1234567890"}"#, #"{"k":"***"}"#), ("xplainword-1234567890", "x***"),
        ("plainword-12 was cut", "*** was cut"), ("plainword-123/+=.4567 ", "*** "),
        ("plainword-1234567890 plainword-1234567890", "*** ***"), ("plainword-1", "plainword-1"), ("plainword", "plainword"),
        ("", ""), ("plainword_1234567890", "plainword_1234567890"),
    ])
    func `a known key of no known shape is masked wherever it stands`(text: String, expected: String) {
        #expect(masked(text, knowing: "plainword-1234567890") == expected)
        #expect(masked(expected, knowing: "plainword-1234567890") == expected)
    }

    @Test func `a short key is known by all of it, and one that a word could be is not marked`() {
        #expect(masked("it is tenbytes10 here", knowing: "tenbytes10") == "it is *** here")
        #expect(masked("it is short and sk-1", knowing: "short", "sk-1") == "it is short and sk-1")
        #expect(masked("aaaaaaaabbbb aaaaaaaacccc", knowing: "aaaaaaaa", "aaaaaaaacccc") == "*** ***")
    }

    @Test func `without keys nothing is changed`() { #expect(masked("plainword-1234567890") == "plainword-1234567890") }

    @Test func `a line that leaves the process holds no key of the vault`() {
        Redaction.knownKeys.add(secret("odd.word.of.no.shape.8765"))
        let event = LogEvent(
            level: .error, milliseconds: 0, message: "Something",
            fields: ["detail": .text(String(repeating: "x", count: 1000) + " odd.word.of.no.shape.8765")])
        for line in [
            LogFormat.keyValueLine(event), LogFormat.terminalLine(event), LogFormat.journalStreamLine(event),
            LogFormat.journalDatagram(event, identifier: "wicketd"),
        ] {
            let text = String(decoding: line, as: UTF8.self)
            #expect(!text.contains("odd.word") && text.contains("***"))
        }
    }
}
