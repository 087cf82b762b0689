// SPDX-License-Identifier: Apache-2.0
import Routing
import Testing

@Suite struct RouteBreakerTests {
    static var quick: Tree { .leaf { $0.breaker = BreakerRule(failures: 1, cooldownMilliseconds: 30_000) } }

    @Test func `an open target is passed by and the next one asked`() {
        var driver = RouteDriver(.fallback(Tree.leaves(2)))
        driver.openBreaker(0)
        _ = driver.run()
        #expect(driver.asked == [1])
    }

    @Test func `when all are open the call fails with the time of the earliest probe`() {
        var driver = RouteDriver(.fallback([Self.quick, Self.quick]))
        driver.openBreaker(0)
        driver.now += 10_000_000_000
        driver.openBreaker(1)
        #expect(driver.run() == .fail(.circuitOpen(retryAfterMilliseconds: 20_000)))
        #expect(driver.asked == [])

        driver.renew()
        driver.now += 1
        #expect(driver.run() == .fail(.circuitOpen(retryAfterMilliseconds: 20_000)), "rounded up: waiting so long is enough")
        driver.now += 20_000_000_000
        driver.renew()
        #expect(driver.run() == .finish(0, losing: nil))
        #expect(driver.asked == [0])
    }

    @Test func `a target of last resort is asked when all are open, and only then`() {
        let last: Tree = .leaf { $0.isLastResort = true }
        for mode in [
            StrategyMode.fallback(codes: nil), .loadBalance(sticky: nil), .leastBusy, .leastLatency, .leastCost,
            .priority(codes: nil),
        ] {
            var driver = RouteDriver(.branch(mode, [.leaf, last]))
            driver.openBreaker(0)
            driver.openBreaker(1)
            #expect(driver.run([.status(500)]) == .finish(0, losing: nil))
            #expect(driver.asked == [1])
            #expect(driver.health.inFlight(driver.candidates[1].slot) == 0)
        }
        var driver = RouteDriver(.fallback([.leaf, last]))
        driver.openBreaker(1)
        #expect(driver.run([.status(500)]) == .finish(0, losing: nil), "the one real answer counts")
        #expect(driver.asked == [0])
    }

    @Test func `a last resort behind a condition that does not hold is not asked`() {
        let last: Tree = .leaf { $0.isLastResort = true }
        var driver = RouteDriver(.branch(.leastBusy, [.branch(.conditional([], otherwise: 1), [last, .leaf])]))
        driver.openBreaker(0)
        driver.openBreaker(1)
        #expect(driver.run().circuitOpen != nil)
        #expect(driver.asked.isEmpty)
    }

    @Test func `when some failed and the rest are open the last answer is the call's`() {
        var driver = RouteDriver(.fallback(Tree.leaves(3)))
        driver.openBreaker(1)
        driver.openBreaker(2)
        #expect(driver.run([.status(429)]) == .finish(0, losing: nil))
    }

    @Test func `one probe at a time when half open, over all calls`() {
        var driver = RouteDriver(Self.quick)
        driver.openBreaker(0)
        driver.now += 30_000_000_000
        #expect(driver.start() == .attempt(0, target: 0, hedgeAfter: nil))
        var second = driver
        second.renew()
        #expect(second.start().circuitOpen != nil)
        #expect(driver.ended(0, .status(200)) == .finish(0, losing: nil))
        driver.renew()
        #expect(driver.start() == .attempt(0, target: 0, hedgeAfter: nil))
    }

    @Test func `a probe whose caller goes away makes room for the next`() {
        var driver = RouteDriver(Self.quick)
        driver.openBreaker(0)
        driver.now += 30_000_000_000
        _ = driver.start()
        driver.cancel()
        driver.renew()
        #expect(driver.start() == .attempt(0, target: 0, hedgeAfter: nil))
    }

    @Test func `a target whose breaker its own failure opens is not waited for`() {
        let tree: Tree = .leaf {
            $0.breaker = BreakerRule(failures: 1, cooldownMilliseconds: 30_000)
            $0.retry = RetryRule(attempts: 3)
        }
        var driver = RouteDriver(.fallback([tree, .leaf]))
        _ = driver.run([.status(500)])
        #expect((driver.asked, driver.waits) == ([0, 1], []))
    }

    @Test func `a breaker that opens during the wait is not gone through`() {
        var driver = RouteDriver(.fallback([RouteRetryTests.retrying(RetryRule(attempts: 3)), .leaf]))
        _ = driver.start()
        #expect(driver.ended(0, .status(500)).isWait)
        driver.openBreaker(0)
        #expect(driver.waited() == .attempt(1, target: 1, hedgeAfter: nil))
    }

    @Test func `retries end with the budget of the target`() {
        var driver = RouteDriver(.fallback([RouteRetryTests.retrying(RetryRule(attempts: 5, codes: [418])), .leaf]))
        var retries = 0
        // At one instant: what is saved up for a second, and a fifth of the requests.
        for _ in 0..<200 {
            driver.renew()
            let now = driver.now
            _ = driver.run(Array(repeating: .status(418), count: 6))
            driver.now = now
            retries += driver.asked.filter { $0 == 0 }.count - 1
        }
        #expect(retries > 10 && retries <= 50 + 10)
    }

    @Test func `nothing stays in flight when a call is over`() {
        var driver = RouteDriver(.fallback([RouteRetryTests.retrying(RetryRule(attempts: 2)), .leaf]))
        _ = driver.run([.status(500), .broken, .status(500), .timeout])
        for candidate in driver.candidates { #expect(driver.health.inFlight(candidate.slot) == 0) }
    }

    @Test func `a probe has succeeded with its stream's first chunk`() {
        var driver = RouteDriver(Self.quick)
        driver.openBreaker(0)
        driver.now += 30_000_000_000
        _ = driver.start()
        driver.now += 1
        #expect(driver.mayStream(0) == .send(losing: nil))
        driver.renew()
        #expect(driver.start() == .attempt(0, target: 0, hedgeAfter: nil), "while the stream still runs")
    }

    @Test func `an unusable leaf behind an open one is passed by`() {
        var driver = RouteDriver(.fallback(Tree.leaves(3)))
        driver.openBreaker(0)
        driver.candidates[1].isUsable = false
        _ = driver.run()
        #expect(driver.asked == [2])
        driver.renew()
        driver.openBreaker(2)
        #expect(driver.run().circuitOpen != nil)
    }
}
