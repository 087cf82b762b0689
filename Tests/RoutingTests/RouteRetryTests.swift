// SPDX-License-Identifier: Apache-2.0
import Routing
import TestSupport
import Testing

@Suite struct RouteRetryTests {
    static func retrying(_ rule: RetryRule) -> Tree { .leaf { $0.retry = rule } }

    struct Case: Sendable, CustomTestStringConvertible {
        let rule: RetryRule
        let script: [Scripted]
        let tries: Int
        var testDescription: String { "\(rule.attempts) \(rule.codes.sorted()): \(script)" }
    }

    static let cases = [
        Case(rule: RetryRule(), script: [.status(500)], tries: 1),
        Case(rule: RetryRule(attempts: 2), script: [.status(500)], tries: 2),
        Case(rule: RetryRule(attempts: 2), script: [.status(429), .status(502)], tries: 3),
        Case(rule: RetryRule(attempts: 2), script: [.status(503), .status(504), .status(500)], tries: 3),
        Case(rule: RetryRule(attempts: 2), script: [.status(408)], tries: 1),
        Case(rule: RetryRule(attempts: 2), script: [.status(404)], tries: 1),
        Case(rule: RetryRule(attempts: 2), script: [.status(529)], tries: 1),
        Case(rule: RetryRule(attempts: 2), script: [.timeout], tries: 1),
        Case(rule: RetryRule(attempts: 2, codes: [408]), script: [.timeout, .timeout], tries: 3),
        Case(rule: RetryRule(attempts: 2, codes: []), script: [.status(500)], tries: 1),
        Case(rule: RetryRule(attempts: 2, codes: []), script: [.broken, .broken], tries: 3),
        Case(rule: RetryRule(attempts: 2, codes: [200]), script: [.status(200), .status(201)], tries: 2),
        Case(rule: RetryRule(attempts: 9), script: Array(repeating: .status(500), count: 9), tries: 6),
        Case(rule: RetryRule(attempts: 2), script: [.fault], tries: 1),
    ]

    @Test(arguments: cases)
    func `a target is asked again as its rule says`(_ test: Case) {
        var driver = RouteDriver(Self.retrying(test.rule))
        #expect(driver.run(test.script) == .finish(TryID(number: test.tries - 1), losing: nil))
        #expect(driver.asked.count == test.tries)
    }

    @Test func `waits are spread from nothing to 1, 2, 4, 8, 16 seconds`() {
        var longest = [0, 0, 0, 0, 0]
        var sum = 0
        for seed in 0..<400 {
            var driver = RouteDriver(Self.retrying(RetryRule(attempts: 5)))
            driver.random = .init(seed: UInt64(seed))
            _ = driver.run(Array(repeating: .status(500), count: 6))
            for (index, wait) in driver.waits.enumerated() { longest[index] = max(longest[index], wait) }
            sum += driver.waits[0]
        }
        for (index, bound) in [1000, 2000, 4000, 8000, 16000].enumerated() {
            #expect(longest[index] <= bound && longest[index] > bound * 9 / 10)
        }
        #expect(abs(sum / 400 - 500) < 50)
    }

    @Test(arguments: [(429, true, 1500), (503, true, 1500), (529, true, 1500), (500, true, nil), (429, false, nil)])
    func `the provider's wait is kept exactly`(_ status: Int, _ uses: Bool, _ wait: Int?) {
        let rule = RetryRule(attempts: 1, codes: [429, 500, 503, 529], usesRetryAfter: uses)
        var driver = RouteDriver(Self.retrying(rule))
        _ = driver.run([.status(status, retryAfter: 1500)])
        #expect(driver.asked.count == 2)
        if let wait { #expect(driver.waits == [wait]) } else { #expect(driver.waits[0] <= 1000) }
    }

    @Test func `a wait longer than what is left goes on to the next target at once`() {
        let rule = RetryRule(attempts: 3, usesRetryAfter: true)
        var driver = RouteDriver(.fallback([Self.retrying(rule), .leaf]))
        _ = driver.run([.status(429, retryAfter: 60_000)])
        #expect((driver.asked, driver.waits) == ([0, 1], []))

        driver.renew()
        _ = driver.run([.status(429, retryAfter: 40_000), .status(429, retryAfter: 20_000)])
        #expect((driver.asked, driver.waits) == ([0, 0, 1], [40_000]), "a minute for one target, all waits together")

        driver.renew()
        _ = driver.run([.status(429, retryAfter: .max)])
        #expect((driver.asked, driver.waits) == ([0, 1], []))
    }

    @Test func `no wait goes beyond the call's deadline`() {
        let rule = RetryRule(attempts: 3, usesRetryAfter: true)
        let tree = Tree.fallback([Self.retrying(rule), .leaf])
        var driver = RouteDriver(tree, deadline: 3_000_000_000)
        _ = driver.run([.status(429, retryAfter: 1_500), .status(429, retryAfter: 600)])
        #expect((driver.asked, driver.waits) == ([0, 0, 1], [1_500]))
    }

    @Test func `a fallback sees the last try of a target only, and each target has its own rule`() {
        let first = Self.retrying(RetryRule(attempts: 1, codes: [500]))
        let second = Self.retrying(RetryRule(attempts: 2))
        var driver = RouteDriver(.fallback([first, second]))
        #expect(driver.run([.status(500), .status(500), .status(502), .status(502)]) == .finish(4, losing: nil))
        #expect(driver.asked == [0, 0, 1, 1, 1])
    }
}
