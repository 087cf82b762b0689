// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Routing

@Suite struct RetryBudgetTests {
    private static let second: UInt64 = 1_000_000_000

    /// Retries that are granted when each of so many requests a second wants three, for so many seconds.
    private func outage(requestsPerSecond: Int, seconds: Int, from start: UInt64 = 0, _ budget: inout RetryBudget) -> Int {
        var granted = 0
        let step = Self.second / UInt64(requestsPerSecond)
        for request in 0..<(requestsPerSecond * seconds) {
            budget.countRequest()
            for _ in 0..<3 where budget.take(now: start + UInt64(request) * step) { granted += 1 }
        }
        return granted
    }

    @Test(arguments: [50, 60, 100, 500, 5000])
    func `at fifty requests a second and more an outage is amplified to 1.2, and the ten of the start`(rate: Int) {
        var budget = RetryBudget()
        let granted = outage(requestsPerSecond: rate, seconds: 20, &budget)
        let requests = rate * 20
        #expect(granted <= requests / 5 + 10)
        #expect(granted >= requests / 5 - 1, "and all of it is granted")
    }

    @Test(arguments: [1, 2, 5, 10, 20, 49])
    func `below that ten a second are granted`(rate: Int) {
        var budget = RetryBudget()
        let granted = outage(requestsPerSecond: rate, seconds: 60, &budget)
        #expect(granted <= 10 * 60 + 10)
        #expect(granted >= min(3 * rate, 10) * 60 - 10, "and all of them are, where they are wanted")
    }

    @Test func `what was saved up while all was well is a hundred retries at most`() {
        var budget = RetryBudget()
        for _ in 0..<1_000_000 { budget.countRequest() }
        var granted = 0
        while budget.take(now: 1000 * Self.second) { granted += 1 }
        #expect(granted == 100)
    }

    @Test func `a new target's first ten failures are retried, the next one a tenth of a second later`() {
        var budget = RetryBudget()
        for _ in 0..<10 { expectEqual(budget.take(now: 0), true) }
        expectEqual(budget.take(now: 0), false)
        expectEqual(budget.take(now: 99_999_999), false)
        expectEqual(budget.take(now: 100_000_000), true)
        expectEqual(budget.take(now: 50_000_000), false, "a clock reading that comes late earns nothing")
    }

    /// Whatever the pattern, over every stretch of the run.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `retries are never more than a fifth of the requests, ten a second, and 110`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var budget = RetryBudget()
        var now: UInt64 = 0
        var requests = 0
        var retries = 0
        // The least of `fifths of a retry granted - earned` so far: the excess of the stretch that began there is the difference.
        var least = 0.0
        var worst = 0.0
        for _ in 0..<20_000 {
            if random.chance(200) { now += UInt64.random(in: 0...(20 * Self.second), using: &random) }
            now += UInt64.random(in: 0...(random.chance(3) ? 50_000_000 : 1_000_000), using: &random)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                budget.countRequest()
                requests += 1
            }
            let excess = Double(retries) - 0.2 * Double(requests) - 10 * Double(now) / 1e9
            least = min(least, excess)
            let wanted = random.chance(50) ? 200 : Int.random(in: 0...3, using: &random)
            for _ in 0..<wanted where budget.take(now: now) { retries += 1 }
            worst = max(worst, Double(retries) - 0.2 * Double(requests) - 10 * Double(now) / 1e9 - least)
        }
        #expect(worst <= 110.001)
    }
}
