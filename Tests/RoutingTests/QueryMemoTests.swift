// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Testing

@testable import Routing

/// A call is looked at once, however often its route asks.
@Suite struct QueryMemoTests {
    private func strategy(_ query: String) throws -> PlanStrategy {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "conditional", "conditions": [{"query": \#(query), "then": "a"}]}, "targets": [{"name": "a"}]}
            """#)
        return try #require(plan.strategy)
    }

    private func conditions(_ strategy: PlanStrategy) -> [Condition] {
        guard case .conditional(let conditions, _) = strategy.mode else { return [] }
        return conditions
    }

    @Test func `a field is read once for a call, whoever names it`() throws {
        let query = conditions(try strategy(#"{"$or": [{"params.n": 1}, {"params.n": 2}]}"#))[0].query
        var facts = try facts(params: #"{"n": 2}"#)
        #expect(query.holds(facts))
        let other = try JSONDocument(#"{"n": 3}"#)
        facts.params = (other, other.root)
        #expect(query.holds(facts), "what was read is remembered")
    }

    @Test func `which condition holds is decided once for a call and a strategy`() throws {
        let (always, never) = (try strategy("{}"), try strategy(#"{"params.n": 1}"#))
        let facts = try facts(params: "{}")
        #expect(always.heldCondition(of: conditions(always), facts) == 0)
        #expect(always.heldCondition(of: [], facts) == 0, "it is not decided again")
        #expect(never.heldCondition(of: conditions(never), facts) == nil)
    }

    @Test func `facts that remember nothing answer the same`() throws {
        let document = try JSONDocument(#"{"n": 1}"#)
        let facts = RoutingFacts(metadata: nil, params: (document, document.root), urlPath: "/", remembers: false)
        let strategy = try strategy(#"{"params.n": 1}"#)
        #expect(strategy.heldCondition(of: conditions(strategy), facts) == 0)
        #expect(strategy.heldCondition(of: [], facts) == nil)
    }
}
