// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Observability

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite struct LogFormatTests {
    private let event = LogEvent(
        level: .warning, milliseconds: 1_767_323_045_678, message: "A client was hung up on",
        fields: ["pid": 42, "model": "a b\nlevel=critical", "stream": true, "unit": .optional(nil)])

    @Test func `a line for programs has everything as key and value`() {
        let expected = #"time=2026-01-02T03:04:05.678Z level=warning msg="A client was hung up on" "#
            + #"pid=42 model="a b\nlevel=critical" stream=true unit=-"#
        #expect(text(LogFormat.keyValueLine(event)) == expected + "\n")
    }

    @Test func `a line for people begins with the time and the level`() {
        let expected = #"2026-01-02 03:04:05.678Z warning  A client was hung up on "#
            + #"pid=42 model="a b\nlevel=critical" stream=true unit=-"#
        #expect(text(LogFormat.terminalLine(event)) == expected + "\n")
    }

    @Test func `the journal gets the priority, a readable message and each field`() {
        let expected = """
            PRIORITY=4
            SYSLOG_IDENTIFIER=wicketd
            MESSAGE=A client was hung up on pid=42 model="a b\\nlevel=critical" stream=true unit=-
            WICKET_PID=42
            WICKET_MODEL=a b\\nlevel=critical
            WICKET_STREAM=true
            WICKET_UNIT=-

            """
        #expect(text(LogFormat.journalDatagram(event, identifier: "wicketd")) == expected)
    }

    @Test(arguments: [
        ("plain", "plain"), ("", #""""#), ("a b", #""a b""#), ("a=b", #""a=b""#), (#"a"b"#, #""a\"b""#), (#"a\b"#, #""a\\b""#),
        ("a\r\nb", #""a\r\nb""#), ("\u{1B}[31m", #""\u{1b}[31m""#), ("\u{2028}", #""\u{2028}""#),
        ("\u{202E}abc", #""\u{202e}abc""#),
        ("\0", #""\u{0}""#), ("\u{85}", #""\u{85}""#), ("Grüße,世界🎉", "Grüße,世界🎉"),
    ])
    func `no value can end its line, move the cursor or pose as another field`(_ value: String, _ expected: String) {
        var line: [UInt8] = []
        appendQuotedIfNeeded(value, to: &line)
        #expect(text(line) == expected)
    }

    @Test func `long values and long lines are cut between characters`() {
        var line: [UInt8] = []
        appendEscaped(String(repeating: "é", count: 100_000), to: &line)
        #expect(line.count <= LogFormat.valueLimit)
        #expect(String(validating: line, as: UTF8.self)?.hasSuffix("é…") == true)
        let long = LogValue.text(String(repeating: "x", count: 2000))
        let event = LogEvent(
            level: .info, milliseconds: 0, message: "m", fields: ["a": long, "b": long, "c": long, "d": long, "e": long])
        let cut = LogFormat.keyValueLine(event)
        #expect(cut.count == LogFormat.lineLimit)
        #expect(text(cut).hasSuffix("…\n"))
        #expect(cut.filter { $0 == 0x0A }.count == 1)
    }

    @Test func `a key that a cut would split is masked all the same`() {
        var line: [UInt8] = []
        appendEscaped(
            String(repeating: "x", count: LogFormat.valueLimit - 20) + " AIza" + String(repeating: "S3cr", count: 9), to: &line)
        #expect(!text(line).contains("S3cr"))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_827_696_001, "2000-02-29T12:34:56.001Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
    ])
    func `times are RFC 3339 in UTC`(_ milliseconds: Int, _ expected: String) {
        var bytes: [UInt8] = []
        Timestamp(milliseconds: milliseconds).append(to: &bytes)
        #expect(text(bytes) == expected)
    }
}
