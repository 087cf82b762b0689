// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import Routing

/// That no request makes conditions dear, and that what bounds them changes no answer.
@Suite struct QueryCostTests {
    private func config(_ query: String) -> String {
        #"{"strategy": {"mode": "conditional", "conditions": [{"query": \#(query), "then": "a"}]}, "targets": [{"name": "a"}]}"#
    }

    private func holds(_ query: String, _ params: String) throws -> Bool {
        try compile(config(query)).choice(facts(params: params)) != nil
    }

    @Test func `a long text is compared whole, and matched by what it says, not by how it is escaped`() throws {
        let long = String(repeating: "7", count: 20_000)
        #expect(try holds(#"{"params.t": "\#(long)"}"#, #"{"t": "\#(long)"}"#))
        #expect(try !holds(#"{"params.t": "\#(long)"}"#, #"{"t": "\#(long)8"}"#))
        #expect(try holds(#"{"params.t": {"$regex": "^a\\nb"}}"#, #"{"t": "a\nb\#(long)"}"#))
        let escaped = String(repeating: #"\u0037"#, count: 20_000)
        #expect(try holds(#"{"params.t": "\#(long)"}"#, #"{"t": "\#(escaped)"}"#))
    }

    @Test func `a field is read once for a call, whoever names it`() throws {
        let plan = try compile(config(#"{"$or": [{"params.n": 1}, {"params.n": 2}]}"#))
        guard case .conditional(let conditions, _) = plan.strategy?.mode else { return #expect(Bool(false)) }
        var facts = try facts(params: #"{"n": 2}"#)
        #expect(conditions[0].query.holds(facts))
        let other = try JSONDocument(#"{"n": 3}"#)
        facts.params = (other, other.root)
        #expect(conditions[0].query.holds(facts))
    }

    @Test func `which condition holds is decided once for a call`() throws {
        let plan = try compile(config("{}"))
        let strategy = try #require(plan.strategy)
        guard case .conditional(let conditions, _) = strategy.mode else { return #expect(Bool(false)) }
        let facts = try facts(params: "{}")
        #expect(strategy.heldCondition(of: conditions, facts) == 0)
        #expect(strategy.heldCondition(of: [], facts) == 0)
        let other = try #require(try compile(config(#"{"params.n": 1}"#)).strategy)
        #expect(other.heldCondition(of: [], facts) == nil)
    }

    @Test func `a config names so many fields, and no more`() throws {
        func names(_ count: Int) -> String {
            config("{" + (0..<count).map { #""params.p\#($0)": 1, "params.p\#($0).x": 1"# }.joined(separator: ",") + "}")
        }
        #expect(try refusal(names(32)) == nil)
        #expect(try refusal(names(33))?.path?.hasSuffix("query.params.p32") == true)
    }

    @Test func `the number that a text begins with is looked for at its beginning`() throws {
        func blank(_ count: Int) -> String { #"{"t": "\#(String(repeating: " ", count: count))7"}"# }
        #expect(try holds(#"{"params.t": {"$gt": 6}}"#, blank(255)))
        #expect(try !holds(#"{"params.t": {"$gt": 6}}"#, blank(256)))
    }

    @Test func `a list copies no more of a text than a pattern reads, however deep it lies`() throws {
        let document = try JSONDocument(#"[[["\#(String(repeating: "a", count: 20_000))"]]]"#)
        #expect(FactValue(document.root, of: document).text.utf8.count == Pattern.longestText + 1)
        #expect(try !holds(#"{"params.t": {"$regex": "a$"}}"#, #"{"t": \#(String(decoding: document.bytes, as: UTF8.self))}"#))
    }
}
