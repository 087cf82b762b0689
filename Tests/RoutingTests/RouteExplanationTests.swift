// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Routing
import Testing

/// What the route tells of itself, whole, so that a change of shape is seen.
@Suite struct RouteExplanationTests {
    @Test func `a call without a config says its one try and nothing else`() {
        var driver = RouteDriver(Plan.direct)
        _ = driver.run()
        #expect(
            driver.explanation == """
                {"tries":1,"decisions":[{"step":"try","try":0,"target":"config","kind":"first","probe":false,"at_ms":0,\
                "took_ms":5,"end":"answered","status":200}],"outcome":{"end":"finished","try":0}}
                """)
    }

    /// The journal keeps only what led to a try that answered; the rest stands in the call's row.
    @Test func `what the journal keeps stands for the whole explanation`() {
        for plan in [Tree.leaf, .branch(.loadBalance(sticky: nil), Tree.leaves(2)), .fallback(Tree.leaves(2))] {
            for status in [200, 404] {
                var driver = RouteDriver(plan)
                _ = driver.run([.status(status), .status(status)])
                var json = JSONWriter()
                driver.route.writeRecord(to: &json)
                let target = driver.explanation.contains("targets[1]\"") ? "config.targets[1]" : nil
                let told = Route.explanation(
                    of: json.bytes, target: target ?? driver.plan.targets[0].path, status: status, microseconds: 5000)
                #expect(String(decoding: told, as: UTF8.self) == driver.explanation)
                // Two tries are told whole.
                #expect((json.bytes.first == UInt8(ascii: "[")) == (driver.route.tries == 1))
            }
        }
    }

    @Test func `a call that runs has no outcome`() {
        var driver = RouteDriver(Plan.direct)
        _ = driver.start()
        #expect(driver.explanation == #"{"tries":1,"decisions":[],"outcome":null}"#)
        driver.cancel()
        #expect(driver.explanation.contains(#""end":"cancelled"}],"outcome":{"end":"cancelled"}"#))
    }

    @Test func `retries, waits, and the way from one target to the next`() {
        let first: Tree = .leaf { $0.retry = RetryRule(attempts: 1, usesRetryAfter: true) }
        var driver = RouteDriver(.fallback([first, .leaf, .leaf]))
        driver.openBreaker(1)
        _ = driver.run([.status(429, retryAfter: 1500), .broken])
        #expect(
            driver.explanation == """
                {"tries":3,"decisions":[\
                {"step":"strategy","path":"config","mode":"fallback"},\
                {"step":"try","try":0,"target":"config.targets[0]","kind":"first","probe":false,"at_ms":0,"took_ms":5,\
                "end":"answered","status":429},\
                {"step":"wait","ms":1500,"why":"retry_after"},\
                {"step":"try","try":1,"target":"config.targets[0]","kind":"retry","probe":false,"at_ms":1505,"took_ms":5,\
                "end":"broken"},\
                {"step":"give_up","target":"config.targets[0]","why":"attempts"},\
                {"step":"passed_by","target":"config.targets[1]","why":"circuit_open","probe_at_ms":30000},\
                {"step":"try","try":2,"target":"config.targets[2]","kind":"first","probe":false,"at_ms":1510,"took_ms":5,\
                "end":"answered","status":200}],\
                "outcome":{"end":"finished","try":2}}
                """)
    }

    @Test func `a draw says its value and the weights that took part`() {
        var driver = RouteDriver(RouteLoadBalanceTests.balanced([2, 1, 1]))
        driver.openBreaker(0)
        _ = driver.startWith(0.75)
        #expect(
            driver.explanation == """
                {"tries":1,"decisions":[{"step":"strategy","path":"config","mode":"loadbalance","weights":[2,1,1]},\
                {"step":"passed_by","target":"config.targets[0]","why":"circuit_open","probe_at_ms":30000},\
                {"step":"draw","value":0.75,"total":2,"child":2,"sticky":false}],"outcome":null}
                """)
    }

    @Test func `a hedge says which of the two was faster`() {
        var driver = RouteHedgeTests.late(.fallback([RouteHedgeTests.hedged(), .leaf]))
        _ = driver.hedgeDue(0)
        driver.now += 50_000_000
        _ = driver.ended(1, .status(200))
        #expect(
            driver.explanation == """
                {"tries":2,"decisions":[{"step":"strategy","path":"config","mode":"fallback"},\
                {"step":"try","try":1,"target":"config.targets[1]","kind":"hedge","probe":false,"at_ms":300,"took_ms":50,\
                "end":"answered","status":200},\
                {"step":"try","try":0,"target":"config.targets[0]","kind":"first","probe":false,"at_ms":0,"took_ms":350,\
                "end":"lost"}],"outcome":{"end":"finished","try":1}}
                """)
    }

    @Test func `each way to end without an answer has its word`() {
        var driver = RouteDriver(.branch(.conditional([], otherwise: nil), [.leaf]))
        _ = driver.run()
        #expect(driver.explanation.hasSuffix(#"{"step":"condition","held":null}],"outcome":{"end":"no_route"}}"#))

        driver = RouteDriver(.leaf)
        driver.candidates[0].isUsable = false
        _ = driver.run()
        #expect(
            driver.explanation == """
                {"tries":0,"decisions":[{"step":"passed_by","target":"config","why":"unusable"}],\
                "outcome":{"end":"unusable","target":"config"}}
                """)

        driver = RouteDriver(.leaf)
        driver.openBreaker(0)
        _ = driver.run()
        #expect(driver.explanation.hasSuffix(#""outcome":{"end":"circuit_open","retry_after_ms":30000}}"#))
    }

    @Test(arguments: [StrategyMode.leastBusy, .leastLatency, .leastCost, .priority(codes: nil), .single])
    func `every mode's reasons are JSON`(_ mode: StrategyMode) throws {
        var driver = RouteDriver(.branch(mode, Tree.leaves(3)))
        driver.serve(0, latency: 7)
        _ = driver.run([.status(500)])
        let document = try JSONDocument(driver.explanation)
        let decisions = try #require(document.find("decisions", in: document.root))
        #expect(document.elements(of: decisions).contains { document.find("mode", in: $0) != nil })
    }
}
