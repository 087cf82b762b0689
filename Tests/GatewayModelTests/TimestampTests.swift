// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import Testing

struct TimestampTests {
    @Test(arguments: [
        ("2026-11-24T23:20:00.123Z", 1_795_562_400_123), ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1),
        ("2000-02-29T12:00:00Z", 951_825_600_000), ("2026-11-24T23:20:00+01:00", 1_795_558_800_000),
        ("2026-11-24T23:20:00-05:30", 1_795_582_200_000), ("2026-11-24t23:20:00z", 1_795_562_400_000),
        ("2026-11-24T23:20:00.5Z", 1_795_562_400_500), ("2026-11-24T23:20:00.1239999999999999999999Z", 1_795_562_400_123),
        ("2026-11-24T23:20:00.000000001Z", 1_795_562_400_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ("2017-01-01T00:59:60+01:00", 1_483_228_800_000), ("1600-03-01T00:00:00-00:00", -11_670_912_000_000),
    ])
    func `an RFC 3339 time is read`(text: String, milliseconds: Int) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11-24", "2026-11-24T23:20Z", "2026-11-24T23:20:00", "2026-11-24 23:20:00Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60",
        "2026-01-01T00:00:00Zx", " 2026-01-01T00:00:00Z", "+026-01-01T00:00:00Z", "2026-1-01T00:00:00Z",
        "٢٠٢٦-01-01T00:00:00Z",
    ])
    func `what is no RFC 3339 time is refused`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `written and read again it is the same, and as Foundation writes it`() throws {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        // Odd steps through 1930 to 2100 meet every month, leap days and times before 1970.
        for milliseconds in stride(from: -1_262_304_000_000, to: 4_102_444_800_000, by: 86_399_123_457 / 7) {
            let text = Timestamp(milliseconds: milliseconds).description
            #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
            let date = try #require(formatter.date(from: text))
            #expect(Int((date.timeIntervalSince1970 * 1000).rounded()) == milliseconds, "\(text)")
        }
    }

    @Test func `a time outside of four-digit years is brought to their bounds`() {
        #expect(Timestamp(milliseconds: .max).description == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(milliseconds: .min).description == "0000-01-01T00:00:00.000Z")
    }
}
