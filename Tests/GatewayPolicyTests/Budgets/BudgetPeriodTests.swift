// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import GatewayPolicy
import TestSupport
import Testing

struct BudgetPeriodTests {
    @Test(arguments: [
        (BudgetPeriod.hourly, "2026-11-25T13:59:59.999Z", "2026-11-25T13:00:00Z", "2026-11-25T14:00:00Z"),
        (.hourly, "2026-11-25T14:00:00Z", "2026-11-25T14:00:00Z", "2026-11-25T15:00:00Z"),
        (.daily, "2026-11-25T23:59:59.999Z", "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"),
        (.daily, "1969-12-31T23:00:00Z", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"),
        // A Sunday, and the Monday after it.
        (.weekly, "2026-11-29T23:59:59Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
        (.weekly, "2026-11-30T00:00:00Z", "2026-11-30T00:00:00Z", "2026-12-07T00:00:00Z"),
        (.weekly, "1970-01-01T00:00:00Z", "1969-12-29T00:00:00Z", "1970-01-05T00:00:00Z"),
        (.monthly, "2024-02-29T12:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
        (.monthly, "2026-12-31T23:59:59.999Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    ])
    func `a window is the calendar's, in UTC`(_ period: BudgetPeriod, _ at: String, _ start: String, _ end: String) throws {
        let instant = try #require(Timestamp(rfc3339: at)).milliseconds
        let window = period.window(at: instant)
        #expect(window.start == Timestamp(rfc3339: start)?.milliseconds)
        #expect(window.end == Timestamp(rfc3339: end)?.milliseconds)
    }

    @Test func `every instant lies in its window, and windows follow each other`() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<5000 {
            let instant = Int.random(in: -1_000_000_000_000...4_000_000_000_000, using: &random)
            for period in BudgetPeriod.allCases where period != .total {
                let window = period.window(at: instant)
                #expect(window.start <= instant && instant < window.end!)
                #expect(period.window(at: window.end!).start == window.end)
                #expect(period.window(at: window.start - 1).end == window.start)
                #expect(Double(window.start) / 1000 == LedgerChecker.window(period, instant).timeIntervalSince1970)
            }
        }
    }

    @Test func `a total never begins anew`() {
        #expect(BudgetPeriod.total.window(at: 5) == BudgetPeriod.total.window(at: 4_000_000_000_000))
        #expect(BudgetPeriod.total.window(at: 0).end == nil)
    }
}
