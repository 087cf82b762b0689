// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import Testing

struct HTTPDateTests {
    /// 2026-11-25.
    private let now = Timestamp(milliseconds: 1_795_564_800_000)

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"), ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
        ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"), ("Wed Nov 25 00:00:05 2026", "2026-11-25T00:00:05Z"),
        ("Thu, 29 Feb 2024 23:59:59 GMT", "2024-02-29T23:59:59Z"), ("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"),
        ("Friday, 01-Jan-27 00:00:00 GMT", "2027-01-01T00:00:00Z"), ("Friday, 01-Jan-76 00:00:00 GMT", "2076-01-01T00:00:00Z"),
        ("Friday, 01-Jan-77 00:00:00 GMT", "1977-01-01T00:00:00Z"), ("Friday, 31-Dec-99 00:00:00 GMT", "1999-12-31T00:00:00Z"),
    ])
    func `each of the three forms is read`(text: String, expected: String) throws {
        let date = try #require(Timestamp(httpDate: text, now: now))
        #expect(date == Timestamp(rfc3339: expected))
    }

    @Test(arguments: [
        "", "Sun", "Sun,", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 2025 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "06 Nov 1994 08:49:37 GMT", ", 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 06-Nov 94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT",
        "Sun, 06 Nov 1994 ٠٨:49:37 GMT", "1994-11-06T08:49:37Z", "120",
    ])
    func `what is none of them is refused`(text: String) {
        #expect(Timestamp(httpDate: text, now: now) == nil)
    }

    @Test func `it is read as Foundation writes it`() throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        for form in ["EEE, dd MMM yyyy HH:mm:ss 'GMT'", "EEEE, dd-MMM-yy HH:mm:ss 'GMT'"] {
            formatter.dateFormat = form
            // Odd steps through 1980 to 2075, where two digits are not ambiguous.
            for seconds in stride(from: 315_532_800, to: 3_313_526_400, by: 12_345_678) {
                let text = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
                #expect(Timestamp(httpDate: text, now: now)?.milliseconds == seconds * 1000, "\(text)")
            }
        }
    }
}
