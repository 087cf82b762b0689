// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSONBytes
import Routing
import TestSupport
import Testing

@Suite struct RouteLoadBalanceTests {
    static func balanced(_ weights: [Double]) -> Tree {
        .branch(.loadBalance(sticky: nil), weights.map { .placed(.leaf, weight: $0) })
    }

    @Test func `70 to 30 is 70 to 30 over 100,000 draws, to half a point`() throws {
        var driver = RouteDriver(Self.balanced([0.7, 0.3]))
        var second = 0
        for _ in 0..<100_000 {
            driver.renew()
            let (id, target) = try #require(driver.start().attempt)
            second += target
            _ = driver.ended(id, .status(200))
        }
        #expect(abs(Double(second) / 100_000 - 0.3) < 0.005)
    }

    @Test func `there is no second draw when the chosen one fails`() {
        for seed in 0..<20 {
            var driver = RouteDriver(Self.balanced([1, 1, 1]))
            driver.random = SeededRandom(seed: UInt64(seed))
            #expect(driver.run([.status(500)]) == .finish(0, losing: nil))
        }
    }

    @Test func `a weight of 0 is never drawn, and where all are 0 there is no route`() {
        for seed in 0..<50 {
            var driver = RouteDriver(Self.balanced([0, 1, 0]))
            driver.random = SeededRandom(seed: UInt64(seed))
            _ = driver.run()
            #expect(driver.asked == [1])
        }
        var driver = RouteDriver(Self.balanced([0, 0]))
        #expect(driver.run() == .fail(.noRoute))
    }

    @Test func `children with open breakers are taken out before the draw`() {
        var driver = RouteDriver(Self.balanced([8, 1, 1]))
        driver.openBreaker(0)
        var counts = [0, 0, 0]
        for _ in 0..<1000 {
            driver.renew()
            _ = driver.run()
            counts[driver.asked[0]] += 1
        }
        #expect(counts[0] == 0)
        #expect(abs(counts[1] - 500) < 60, "the others share by their weights")
    }

    @Test func `the only child with a weight being open is circuit_open, not the child of weight 0`() throws {
        var driver = RouteDriver(Self.balanced([1, 0]))
        driver.openBreaker(0)
        let wait = try #require(driver.run().circuitOpen)
        #expect(wait > 0 && wait <= 30_000)
    }

    @Test func `a strategy that could ask open targets only is taken out before the draw`() {
        let inner = Tree.branch(.single, [.leaf, .leaf])
        var driver = RouteDriver(.branch(.loadBalance(sticky: nil), [.placed(inner, weight: 1000), .leaf]))
        driver.openBreaker(0)
        _ = driver.run()
        #expect(driver.asked == [2], "single looks at its first child only")
        #expect(!driver.explanation.contains("1001"), "and is known to be open before the draw")
    }

    static let file = "portkey-vectors/loadbalance.json"

    /// Cases on which we differ: all weights 0 is an error of ours too, by another name.
    static let deviations = ["No provider selected, please check the weights": RouteStep.fail(.noRoute)]

    @Test(.enabled(if: SharedFolder.has(file), "Portkey's observed answers lie outside of the repository"))
    func `the draw is Portkey's`() throws {
        let document = try JSONDocument([UInt8](Data(contentsOf: SharedFolder.url.appendingPathComponent(Self.file))))
        let cases = try #require(document.find("cases", in: document.root))
        var count = 0
        for node in document.elements(of: cases) {
            let weights = try document.elements(of: #require(document.find("weights", in: node))).map { document.double($0) ?? 1 }
            let value = try #require(document.find("random", in: node).flatMap(document.double))
            let expected = try #require(document.find("expect", in: node))
            var driver = RouteDriver(Self.balanced(weights))
            let step = driver.startWith(value)
            if let index = document.find("index", in: expected).flatMap(document.int) {
                #expect(step == .attempt(0, target: index, hedgeAfter: nil), "\(document.rawText(node))")
            } else {
                let error = try #require(document.find("error", in: expected).flatMap(document.string))
                #expect(step == Self.deviations[error], "\(document.rawText(node))")
            }
            count += 1
        }
        #expect(count > 50)
    }
}

extension JSONDocument {
    func rawText(_ node: JSONNode) -> String { String(decoding: raw(node), as: UTF8.self) }
}
