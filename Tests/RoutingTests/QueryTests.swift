// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Routing

@Suite struct QueryTests {
    private static let params = #"""
        {"model": "gpt-4o", "n": 12, "zero": -0.0, "half": 0.5, "big": 1e21, "stream": false, "none": null, "list": [1, [2,
         null], "x"], "object": {"a": 1}, "text": "1", "blank": "  7e1x", "accent": "\u00e9"}
        """#

    private func holds(_ query: String) throws -> Bool {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "conditional", "conditions": [{"query": \#(query), "then": "yes"}]},
             "targets": [{"name": "yes"}]}
            """#)
        return try plan.choice(facts(metadata: #"{"plan": "paid", "age": "12years", "empty": ""}"#, params: Self.params)) != nil
    }

    @Test(arguments: [
        (#"{}"#, true),
        (#"{"params.n": 12}"#, true),
        (#"{"params.n": 12.0}"#, true),
        (#"{"params.n": "12"}"#, false),
        (#"{"params.zero": 0}"#, true),
        (#"{"params.none": null}"#, true),
        (#"{"params.missing": null}"#, false),
        (#"{"params.stream": {"$eq": false}}"#, true),
        (#"{"params.stream": 0}"#, false),
        (#"{"params.list": {"$ne": "1,2,,x"}}"#, true),
        (#"{"params.list": {"$regex": "^1,2,,x$"}}"#, true),
        (#"{"params.object": {"$regex": "^.object Object.$"}}"#, true),
        (#"{"params.accent": "e\u0301"}"#, false),
        (#"{"metadata.missing": {"$ne": "x"}}"#, true),
        (#"{"metadata.missing": {"$nin": ["x"]}}"#, true),
        (#"{"metadata.missing": {"$in": [null]}}"#, false),
        (#"{"metadata.plan": {"$in": ["free", "paid"]}}"#, true),
        (#"{"metadata.plan": {"$nin": ["free", "paid"]}}"#, false),
        (#"{"metadata.plan.more": "paid"}"#, true),
        (#"{"metadata": "paid"}"#, false),
        (#"{"url.pathname": "/v1/chat/completions"}"#, true),
        (#"{"url.host": {"$ne": "x"}}"#, true),
    ])
    func `equality is strict and what is missing equals nothing`(query: String, expected: Bool) throws {
        #expect(try holds(query) == expected)
    }

    @Test(arguments: [
        (#"{"params.n": {"$gt": 11, "$lt": 13}}"#, true),
        (#"{"params.n": {"$gte": 12, "$lt": 12}}"#, false),
        (#"{"params.n": {"$gte": "12", "$lte": "12.0abc"}}"#, true),
        (#"{"metadata.age": {"$gt": 11.5, "$lt": 12.5}}"#, true),
        (#"{"metadata.plan": {"$gt": 0}}"#, false),
        (#"{"metadata.plan": {"$lte": 0}}"#, false),
        (#"{"metadata.empty": {"$lte": 0}}"#, false),
        (#"{"params.blank": {"$gte": 70, "$lte": 70}}"#, true),
        (#"{"params.list": {"$gte": 1, "$lte": 1.5}}"#, true),
        (#"{"params.stream": {"$lte": 0}}"#, false),
        (#"{"params.none": {"$lte": 0}}"#, false),
        (#"{"params.missing": {"$lte": 0}}"#, false),
    ])
    func `comparisons read the number that a value begins with`(query: String, expected: Bool) throws {
        #expect(try holds(query) == expected)
    }

    @Test(
        arguments: [
            ("12", 12), ("-1.5e2", -150), ("+.5", 0.5), ("5.", 5), ("5.e3", 5000), ("5..1", 5),
            (" \t3", 3), ("1e", 1), ("1e+", 1), ("0x10", 0),
            ("-Infinity", -.infinity), ("", nil), ("-", nil), (".", nil), ("e5", nil), ("NaN", nil), ("inf", nil), ("1_000", 1),
        ] as [(String, Double?)])
    func `a text begins with a number as JavaScript reads it`(text: String, number: Double?) {
        #expect(FactValue.text(text).leadingNumber == number)
    }

    @Test(arguments: [
        (#"{"$and": []}"#, true),
        (#"{"$or": []}"#, false),
        (#"{"$and": [{"params.n": 12}, {"$or": [{"params.n": 1}, {"metadata.plan": "paid"}]}]}"#, true),
        (#"{"$or": [{"params.n": 12}], "metadata.plan": "never"}"#, true),
        (#"{"metadata.plan": "never", "$or": [{"params.n": 12}]}"#, false),
        (#"{"$and": [{}], "$or": []}"#, true),
        (#"{"params.model": {"$regex": "gpt", "$eq": "never"}}"#, true),
        (#"{"params.model": {"$eq": "never", "$regex": "gpt"}}"#, false),
        (#"{"params.model": {"$regex": "gpt", "$eq": "x"}, "metadata.plan": "never"}"#, false),
    ])
    func `and, or and regex decide at once what stands in their object`(query: String, expected: Bool) throws {
        #expect(try holds(query) == expected)
    }

    @Test(arguments: [
        (#"{"metadata.missing": {"$regex": "^undefined$"}}"#, true),
        (#"{"params.none": {"$regex": "^null$"}}"#, true),
        (#"{"params.stream": {"$regex": "^false$"}}"#, true),
        (#"{"params.n": {"$regex": "^12$"}}"#, true),
        (#"{"params.half": {"$regex": "^0\\.5$"}}"#, true),
        (#"{"params.zero": {"$regex": "^0$"}}"#, true),
        (#"{"url.pathname": {"$regex": "embeddings"}}"#, false),
    ])
    func `a pattern reads a value as JavaScript writes it`(query: String, expected: Bool) throws {
        #expect(try holds(query) == expected)
    }

    @Test func `metadata that are no object are none`() throws {
        let plan = try compile(
            #"""
            {"strategy": {"mode": "conditional", "default": "b", "conditions": [{"query": {"metadata.a": {"$ne": 1}},
             "then": "a"}]}, "targets": [{"name": "a"}, {"name": "b"}]}
            """#)
        for metadata in ["null", "[]", "3", #"{"a": 2}"#] { #expect(try plan.choice(facts(metadata: metadata)) == 0) }
        #expect(try plan.choice(facts(metadata: #"{"a": 1}"#)) == 1)
        #expect(try plan.choice(facts()) == 0)
    }

    /// What a caller may ask of a condition is bounded, whatever the config and the request are.
    @Test func `a config looks at so many fields and values, and no more`() throws {
        func config(_ query: String) -> String {
            #"""
            {"strategy": {"mode": "conditional", "conditions": [{"query": \#(query), "then": "yes"}]},
             "targets": [{"name": "yes"}]}
            """#
        }
        func fields(_ count: Int) -> String {
            config(#"{"$or": [\#(Array(repeating: #"{"params.n": 1}"#, count: count).joined(separator: ","))]}"#)
        }
        func values(_ count: Int) -> String {
            config(#"{"params.n": {"$in": [\#(Array(repeating: "1", count: count).joined(separator: ","))]}}"#)
        }
        #expect(try refusal(fields(512)) == nil)
        #expect(try refusal(fields(513))?.path?.hasSuffix(#"$or[512].params.n"#) == true)
        #expect(try refusal(values(4096)) == nil)
        #expect(try refusal(values(4097))?.path?.hasSuffix("$in[4096]") == true)
    }

    @Test func `a name of any length is cut in what is said of it`() throws {
        let name = String(repeating: "n", count: 100_000)
        let config = #"{"targets": [], "\#(name)": 1, "strategy": {"mode": "no", "\#(name)": 1}}"#
        let fault = try #require(try refusal(config))
        #expect(fault.message.utf8.count < 1000)
        let named = #"{"name": "\#(name)"}"#
        for config in [
            #"{"\#(name)": 1, "\#(name)": 2}"#, #"{"provider": "@\#(name)", "virtual_key": "\#(name)b"}"#,
            #"{"strategy": {"mode": "conditional", "default": "\#(name)"}, "targets": [{}]}"#,
            #"{"strategy": {"mode": "conditional", "default": "b"}, "targets": [\#(named), \#(named)]}"#,
            #"{"strategy": {"mode": "conditional", "default": "\#(name)n"}, "targets": [\#(named)]}"#,
        ] {
            let fault = try #require(try refusal(config))
            #expect(fault.message.utf8.count < 1000 && fault.path?.utf8.count ?? 0 < 200)
        }
        for config in [
            #"{"strategy": {"mode": "conditional", "default": "\#(name)"}, "targets": [\#(named), \#(named)]}"#,
            #"""
            {"strategy": {"mode": "conditional", "conditions": [{"query": {"params.\#(name).b": 1}, "then": "a"}]},
             "targets": [{"name": "a"}]}
            """#,
        ] {
            let warnings = try compile(config).warnings
            #expect(warnings.count == 1 && warnings[0].utf8.count < 1000)
        }
        let plan = try compile(#"{"virtual_key": "a", "\#(name)": 1}"#)
        #expect(plan.warnings.reduce(0) { $0 + $1.utf8.count } < 1000)
    }
}
