// SPDX-License-Identifier: Apache-2.0
import Routing
import TestSupport
import Testing

@Suite struct RouteChoiceTests {
    @Test func `the cheapest is asked first, then the next, what has no price last`() {
        var driver = RouteDriver(.branch(.leastCost, Tree.leaves(4)))
        for (target, price) in [nil, 300, 100, 200].enumerated() { driver.candidates[target].price = price }
        #expect(driver.run([.status(500), .status(401), .broken]) == .finish(3, losing: nil))
        #expect(driver.asked == [2, 3, 1, 0])
    }

    @Test func `least cost passes unusable ones by, unless there is nothing else`() {
        var driver = RouteDriver(.branch(.leastCost, Tree.leaves(2)))
        driver.candidates[0].isUsable = false
        _ = driver.run()
        #expect(driver.asked == [1])

        driver.renew()
        driver.candidates[1].isUsable = false
        #expect(driver.run() == .fail(.unusable(target: 0)))
    }

    @Test func `a strategy costs what its cheapest leaf costs`() {
        var driver = RouteDriver(.branch(.leastCost, [.leaf, .fallback(Tree.leaves(2))]))
        for (target, price) in [200, 900, 100].enumerated() { driver.candidates[target].price = price }
        _ = driver.run()
        #expect(driver.asked == [1], "and is then walked as it says")
    }

    @Test func `the least busy one is asked, equals in turn, and there is no second choice`() {
        var driver = RouteDriver(.branch(.leastBusy, Tree.leaves(3)))
        driver.occupy(0, times: 2)
        driver.occupy(2, times: 1)
        #expect(driver.run([.status(500)]) == .finish(0, losing: nil))
        #expect(driver.asked == [1])

        driver.occupy(1, times: 1)
        var seen: Set<Int> = []
        for _ in 0..<50 {
            driver.renew()
            _ = driver.run()
            seen.insert(driver.asked[0])
        }
        #expect(seen == [1, 2])
    }

    @Test func `of two that are drawn the faster one is asked`() throws {
        var driver = RouteDriver(.branch(.leastLatency, Tree.leaves(3)))
        for (target, latency) in [900_000_000, 20_000_000, 20_000_000].enumerated() {
            for _ in 0..<20 { driver.serve(target, latency: UInt64(latency)) }
        }
        var counts = [0, 0, 0]
        for _ in 0..<300 {
            driver.renew()
            let (id, target) = try #require(driver.start().attempt)
            counts[target] += 1
            _ = driver.ended(id, TryResult(end: .answered(status: 200, latency: target == 0 ? 900_000_000 : 20_000_000)))
        }
        #expect(counts[0] == 0, "it loses against either of the others")
        #expect(counts[1] > 50 && counts[2] > 50)
    }

    @Test func `choices by figures leave out what is open or unusable`() {
        for mode in [StrategyMode.leastLatency, .leastBusy] {
            for seed in 0..<20 {
                var driver = RouteDriver(.branch(mode, Tree.leaves(3)))
                driver.random = SeededRandom(seed: UInt64(seed))
                driver.openBreaker(0)
                driver.candidates[1].isUsable = false
                _ = driver.run()
                #expect(driver.asked == [2])
            }
        }
    }

    static func tiers(_ places: [(weight: Double, priority: Int)], codes: Set<Int>? = nil) -> Tree {
        .branch(.priority(codes: codes), places.map { .placed(.leaf, weight: $0.weight, priority: $0.priority) })
    }

    @Test func `tiers are asked in their order, within one by draw`() {
        var firsts: Set<Int> = []
        for seed in 0..<40 {
            var driver = RouteDriver(Self.tiers([(1, 2), (1, 1), (1, 1), (0, 1), (1, 7)]))
            driver.random = SeededRandom(seed: UInt64(seed))
            _ = driver.run(Array(repeating: .status(500), count: 9))
            #expect(Set(driver.asked[..<2]) == [1, 2])
            #expect(driver.asked[2...] == [0, 4], "a weight of 0 is never drawn")
            firsts.insert(driver.asked[0])
        }
        #expect(firsts == [1, 2])
    }

    @Test func `a tier is left as its codes say`() {
        var driver = RouteDriver(Self.tiers([(1, 0), (1, 1)], codes: [429]))
        _ = driver.run([.status(500)])
        #expect(driver.asked == [0])
        driver.renew()
        _ = driver.run([.status(429)])
        #expect(driver.asked == [0, 1])
    }

    @Test func `within a tier the draw goes by weight`() {
        var driver = RouteDriver(Self.tiers([(3, 0), (1, 0)]))
        var second = 0
        for _ in 0..<2000 {
            driver.renew()
            _ = driver.run()
            second += driver.asked[0]
        }
        #expect(abs(second - 500) < 80)
    }
}
