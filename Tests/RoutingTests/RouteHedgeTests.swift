// SPDX-License-Identifier: Apache-2.0
import Routing
import Testing

@Suite struct RouteHedgeTests {
    static let rule = HedgeRule(delay: .milliseconds(300), mostExtraPercent: 50)

    static func hedged(_ set: @escaping (inout PlanTarget) -> Void = { _ in }) -> Tree {
        .leaf {
            $0.hedge = rule
            set(&$0)
        }
    }

    /// A call whose first try has not answered in time; enough was asked before to grant it a second one.
    static func late(_ tree: Tree) -> RouteDriver {
        var driver = RouteDriver(tree)
        for _ in 0..<4 { driver.serve(0, latency: 1) }
        #expect(driver.start() == .attempt(0, target: 0, hedgeAfter: 300))
        driver.now += 300_000_000
        return driver
    }

    static func second(_ driver: inout RouteDriver) -> Int? {
        guard let second = driver.hedgeDue(0), second.id == 1 else { return nil }
        return second.target
    }

    static func isIdle(_ driver: RouteDriver) -> Bool {
        driver.candidates.allSatisfy { driver.health.inFlight($0.slot) == 0 }
    }

    @Test func `the second try asks the same leaf when there is no other`() {
        var driver = Self.late(Self.hedged())
        #expect(Self.second(&driver) == 0)
        #expect(driver.health.inFlight(driver.candidates[0].slot) == 2)
    }

    @Test func `inside a fallback it asks the leaf that would be next`() {
        var driver = Self.late(.fallback([Self.hedged(), .leaf]))
        #expect(Self.second(&driver) == 1)
    }

    @Test func `a next one that is open, unusable or no leaf is not asked`() {
        var driver = Self.late(.fallback([Self.hedged(), .leaf]))
        driver.openBreaker(1)
        #expect(Self.second(&driver) == 0)
        driver = Self.late(.fallback([Self.hedged(), .leaf]))
        driver.candidates[1].isUsable = false
        #expect(Self.second(&driver) == 0)
        driver = Self.late(.fallback([Self.hedged(), .fallback(Tree.leaves(2))]))
        #expect(Self.second(&driver) == 0)
    }

    @Test(arguments: [0, 1])
    func `the first good answer wins, and the other is ended`(_ winner: Int) {
        var driver = Self.late(Self.hedged())
        _ = Self.second(&driver)
        let (id, loser) = (TryID(number: winner), TryID(number: 1 - winner))
        #expect(driver.ended(id, .status(200)) == .finish(id, losing: loser))
        #expect(Self.isIdle(driver))
        #expect(driver.ended(loser, .status(200)) == .pending, "it comes too late")
        #expect(Self.isIdle(driver))
    }

    @Test func `a stream's first chunk decides it`() {
        var driver = Self.late(Self.hedged())
        _ = Self.second(&driver)
        #expect(driver.mayStream(1) == .send(losing: 0))
        #expect(driver.mayStream(0) == .hold)
        #expect(driver.ended(1, TryResult(end: .broken, hasSentChunks: true)) == .finish(1, losing: nil))
        #expect(Self.isIdle(driver))
    }

    @Test func `no second try starts beside a stream that runs`() {
        var driver = Self.late(Self.hedged())
        #expect(driver.mayStream(0) == .send(losing: nil))
        #expect(driver.hedgeDue(0) == nil)
    }

    @Test func `when one fails the other is waited for`() {
        for failing in [TryID(number: 0), TryID(number: 1)] {
            var driver = Self.late(.fallback([Self.hedged(), .leaf]))
            _ = Self.second(&driver)
            #expect(driver.ended(failing, .broken) == .pending)
            let other = TryID(number: 1 - failing.number)
            #expect(driver.ended(other, .status(200)) == .finish(other, losing: nil))
        }
    }

    @Test func `when both fail the call goes on as after one try of the leaf that was hedged`() {
        var driver = Self.late(.fallback([Self.hedged { $0.retry = RetryRule(attempts: 1) }, .leaf, .leaf]))
        #expect(Self.second(&driver) == 1)
        #expect(driver.ended(1, .status(500)) == .pending)
        #expect(driver.ended(0, .status(500)).isWait)
        #expect(driver.waited() == .attempt(2, target: 0, hedgeAfter: nil), "a leaf is hedged once")
        #expect(
            driver.ended(2, .status(500)) == .attempt(3, target: 2, hedgeAfter: nil), "the leaf of the second try had its turn")
    }

    @Test func `a second try that cannot be made leaves the first one alone`() {
        var driver = Self.late(Self.hedged())
        _ = Self.second(&driver)
        #expect(driver.ended(1, .fault) == .pending)
        #expect(driver.ended(0, .status(200)) == .finish(0, losing: nil))
        #expect(Self.isIdle(driver))
    }

    @Test func `cancel ends both`() {
        var driver = Self.late(Self.hedged())
        _ = Self.second(&driver)
        driver.cancel()
        #expect(Self.isIdle(driver))
    }

    @Test func `the share of second tries is kept`() {
        var driver = RouteDriver(Self.hedged())
        var seconds = 0
        for _ in 0..<100 {
            driver.renew()
            _ = driver.start()
            if driver.hedgeDue(0) != nil { seconds += 1 }
            _ = driver.ended(0, .status(200))
        }
        #expect(seconds > 40 && seconds <= 50)
        #expect(driver.hedgeDue(0) == nil, "it is over")
    }

    @Test func `a probe has no second try of its own leaf beside it`() {
        var driver = RouteDriver(
            Self.hedged { $0.breaker = BreakerRule(failures: 1, cooldownMilliseconds: 30_000) })
        for _ in 0..<4 { driver.serve(0, latency: 1) }
        driver.openBreaker(0)
        driver.now += 30_000_000_000
        _ = driver.start()
        #expect(driver.hedgeDue(0) == nil)
    }

    @Test func `it is the leaf of this try that is asked again, not the first of the plan`() {
        var driver = RouteDriver(.fallback([.leaf, Self.hedged()]))
        for _ in 0..<4 { driver.serve(1, latency: 1) }
        _ = driver.start()
        #expect(driver.ended(0, .status(500)) == .attempt(1, target: 1, hedgeAfter: 300))
        #expect(driver.hedgeDue(0) == nil, "that one has ended")
        let second = driver.hedgeDue(1)
        #expect(second?.id == 2 && second?.target == 1)
    }
}
