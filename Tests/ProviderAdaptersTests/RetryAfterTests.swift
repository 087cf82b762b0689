// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import TestSupport
import Testing

@testable import ProviderAdapters

struct RetryAfterTests {
    /// 2026-11-25T00:00:00Z.
    private static let now = 1_795_564_800_000

    private func wait(_ fields: [(String, String)], status: Int = 429, now: Int? = Self.now) -> Int? {
        retryAfterMilliseconds(HTTPHead(status: status, fields: fields.map { HTTPField($0.0, $0.1) }), now: now)
    }

    @Test(arguments: [
        ("retry-after-ms", "1250", 1250), ("retry-after-ms", "0.2", 1), ("x-ms-retry-after-ms", "7", 7),
        ("retry-after", "2", 2000), ("retry-after", "1.25", 1250), ("retry-after", "0", 0), ("retry-after", "30s", 30_000),
        ("retry-after", "Wed, 25 Nov 2026 00:00:05 GMT", 5000), ("retry-after", "Wednesday, 25-Nov-26 00:00:05 GMT", 5000),
        ("retry-after", "Wed Nov 25 00:00:05 2026", 5000), ("retry-after", "Tue, 24 Nov 2026 23:59:59 GMT", 0),
        ("retry-after", "2026-11-25T00:00:01.5Z", 1500), ("retry-after", "Wed, 25 Nov 9999 00:00:05 GMT", 604_800_000),
        ("retry-after", "1795564805", 604_800_000), ("retry-after", "tomorrow", nil), ("retry-after", "-5", nil),
        ("retry-after", "+5", nil), ("retry-after", "1e3", nil), ("retry-after", "nan", nil), ("retry-after", "0x10", nil),
        ("retry-after", " 5", nil), ("retry-after", ".", nil),
    ] as [(String, String, Int?)])
    func `the wait is read in every form`(name: String, value: String, expected: Int?) {
        #expect(wait([(name, value)]) == expected)
        #expect(wait([(name, value)], status: 503) == expected)
    }

    @Test(arguments: [
        ("x-ratelimit-reset-requests", "6m0s", 360_000), ("x-ratelimit-reset-tokens", "17ms", 17),
        ("x-ratelimit-reset-tokens", "90µs", 1), ("x-ratelimit-reset-requests", "17", 17_000),
        ("x-ratelimit-reset-tokens-minute", "11.5", 11_500), ("x-ratelimit-reset", "1795564805", 5000),
        ("x-ratelimit-reset", "1795564805250", 5250), ("x-ratelimit-reset", "1795564799", 0),
        ("x-ratelimit-reset", "99999999999999999999", nil), ("ratelimit-reset", "42", 42_000),
        ("x-rate-limit-reset", "42", 42_000),
        ("ratelimitbysize-reset", "15", 15_000), ("anthropic-ratelimit-tokens-reset", "2026-11-25T00:00:20Z", 20_000),
        ("anthropic-ratelimit-tokens-reset", "2026-11-25T01:00:20+01:00", 20_000),
        ("anthropic-ratelimit-unified-reset", "1795564830", 30_000),
        ("anthropic-ratelimit-input-tokens-reset", "2026-11-24T00:00:00Z", 0), ("x-reset-tokens", "5", nil),
        ("x-ratelimit-reset-tokens", "soon", nil), ("x-ratelimit-resets", "5", nil), ("x-ratelimit-remaining-tokens", "5", nil),
    ] as [(String, String, Int?)])
    func `a limit's reset is read in every form, for status 429 only`(name: String, value: String, expected: Int?) {
        #expect(wait([(name, value)]) == expected)
        #expect(wait([(name, value)], status: 503) == nil)
    }

    @Test func `the field that is nearest to the matter goes first, and one that cannot be read is passed by`() {
        let fields = [
            ("x-ratelimit-reset", "4"), ("retry-after", "3"), ("x-ms-retry-after-ms", "2"), ("retry-after-ms", "1"),
        ]
        #expect(wait(fields) == 1)
        #expect(wait(Array(fields.prefix(3))) == 2)
        #expect(wait(Array(fields.prefix(2))) == 3000)
        let garbled = fields.prefix(1) + [("retry-after-ms", "?"), ("x-ms-retry-after-ms", "?"), ("retry-after", "?")]
        #expect(wait(Array(garbled)) == 4000)
    }

    @Test func `the limit that is used up counts, whoever spells it`() {
        let anthropic = [
            ("anthropic-ratelimit-requests-remaining", "49"), ("anthropic-ratelimit-requests-reset", "2026-11-25T00:00:01Z"),
            ("anthropic-ratelimit-tokens-remaining", "0"), ("anthropic-ratelimit-tokens-reset", "2026-11-25T00:00:30Z"),
        ]
        #expect(wait(anthropic) == 30_000)
        let two = [
            ("x-ratelimit-reset-requests-day", "9"), ("x-ratelimit-remaining-requests-day", "0"),
            ("x-ratelimit-reset-tokens", "2"), ("x-ratelimit-remaining-tokens", "0.0"), ("x-ratelimit-reset-other", "1"),
        ]
        #expect(wait(two) == 9000)
    }

    @Test func `without a clock the answer's own date is the clock`() {
        let date = ("date", "Wed, 25 Nov 2026 00:00:00 GMT")
        #expect(wait([date, ("retry-after", "Wed, 25 Nov 2026 00:00:05 GMT")], now: nil) == 5000)
        #expect(wait([date, ("x-ratelimit-reset", "1795564805")], now: nil) == 5000)
        #expect(wait([("retry-after", "Wed, 25 Nov 2026 00:00:05 GMT")], now: nil) == nil)
        #expect(wait([("x-ratelimit-reset", "1795564805")], now: nil) == nil)
        #expect(wait([date, ("retry-after", "Wed, 25 Nov 2026 00:00:05 GMT")], now: Self.now + 1000) == 4000)
    }

    @Test func `whatever a provider sends, the wait is nothing or at most a week`() {
        var random = SeededRandom(seed: 6)
        let names = ["retry-after", "retry-after-ms", "x-ratelimit-reset", "anthropic-ratelimit-tokens-reset", "-reset-", "date"]
        let pieces = [
            "9", "0", ".", "s", "m", "h", "d", "ms", "-", ":", "T", "Z", " ", "GMT", "Nov", "Sun, ", "06 ", "1994 ",
            "\u{301}", "µ", "∞", "99999999999999999999", "2026-11-25T", "08:49:37 ",
        ]
        for _ in 0..<20_000 {
            let fields = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                let value = (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                return (names.randomElement(using: &random) ?? "", value.joined())
            }
            guard let wait = wait(fields, now: random.chance(4) ? .max : Self.now) else { continue }
            #expect((0...604_800_000).contains(wait), "\(fields)")
        }
        #expect(wait([("retry-after", String(repeating: "9", count: 1_000_000))]) == nil)
        #expect(wait([("x-ratelimit-reset", String(repeating: "9d", count: 1_000_000))]) == nil)
    }
}
