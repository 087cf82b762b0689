// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Routing
import Testing

@Suite struct RouteConditionalTests {
    static func driver(_ config: String, metadata: String = "{}") throws -> RouteDriver {
        let document = try JSONDocument(config)
        var facts = RoutingFacts.none
        let said = try JSONDocument(metadata)
        facts.metadata = (said, said.root)
        return RouteDriver(try Plan.compile(document.root, of: document, path: "options.config"), facts: facts)
    }

    static let byPlan = """
        "strategy": {"mode": "conditional", "conditions": [
            {"query": {"metadata.plan": "paid"}, "then": "good"},
            {"query": {"metadata.plan": {"$in": ["paid", "free"]}}, "then": "cheap"}]
        """
    static let targets = #""targets": [{"name": "cheap", "virtual_key": "c"}, {"name": "good", "virtual_key": "g"}]"#

    @Test(arguments: [(#"{"plan": "paid"}"#, 1), (#"{"plan": "free"}"#, 0)])
    func `the first condition that holds names the target, and it is the only one`(_ metadata: String, _ target: Int) throws {
        var driver = try Self.driver("{\(Self.byPlan)}, \(Self.targets)}", metadata: metadata)
        #expect(driver.run([.status(500)]) == .finish(0, losing: nil))
        #expect(driver.asked == [target])
    }

    @Test func `none holds: the default, or no route`() throws {
        var driver = try Self.driver("{\(Self.byPlan), \"default\": \"good\"}, \(Self.targets)}")
        _ = driver.run()
        #expect(driver.asked == [1])
        driver = try Self.driver("{\(Self.byPlan)}, \(Self.targets)}")
        #expect(driver.run() == .fail(.noRoute))
    }

    @Test func `a condition inside a fallback that leads nowhere ends the whole call`() throws {
        let inner = "{\(Self.byPlan)}, \(Self.targets)}"
        var driver = try Self.driver(
            #"{"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "a"}, \#(inner), {"virtual_key": "b"}]}"#)
        #expect(driver.run([.status(500)]) == .fail(.noRoute))
        #expect(driver.asked == [0])
    }

    @Test func `a target that is chosen and open is circuit_open, also beside one that is well`() throws {
        var driver = try Self.driver("{\(Self.byPlan)}, \(Self.targets)}", metadata: #"{"plan": "paid"}"#)
        driver.openBreaker(1)
        #expect(driver.run().circuitOpen != nil)
    }

    @Test func `the seed's fallback asks the caller's own key first, where the call names one`() throws {
        let config = #"{"retry": {"attempts": 1}, "fallback": {"targets": [{"virtual_key": "a"}, {"virtual_key": "b"}]}}"#
        var driver = try Self.driver(config)
        _ = driver.run([.status(400), .status(400)])
        #expect(driver.asked == [0, 1, 2])
        driver.renew()
        let own = try #require(driver.plan.targets.firstIndex { $0.isOnlyWithCallersKey })
        driver.candidates[own].isAbsent = true
        _ = driver.run([.status(400), .status(400)])
        #expect(driver.asked == [0, 1, 2].filter { $0 != own })
    }
}
