// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSONBytes
import Routing
import TestSupport
import Testing

@Suite struct RouteStickyTests {
    static func driver(_ weights: [Double], fields: [String] = ["metadata.user"], path: String = "config") -> RouteDriver {
        let rule = StickyRule(fields: fields, lifetimeSeconds: 3600)
        return RouteDriver(.branch(.loadBalance(sticky: rule), weights.map { .placed(.leaf, weight: $0) }))
    }

    static func facts(user: Int) throws -> RoutingFacts {
        let document = try JSONDocument(#"{"user": "u\#(user)"}"#)
        var facts = RoutingFacts.none
        facts.metadata = (document, document.root)
        return facts
    }

    /// Which child each of the users gets; each in a process of its own, with dice of its own.
    static func choices(_ users: Int, _ weights: [Double], open: Int? = nil) throws -> [Int] {
        try (0..<users).map { user in
            var driver = driver(weights)
            driver.random = SeededRandom(seed: UInt64(user) &* 77)
            driver.facts = try facts(user: user)
            if let open { driver.openBreaker(open) }
            _ = driver.run()
            return driver.asked[0]
        }
    }

    @Test func `the same identifier gets the same child everywhere and always`() throws {
        // Written down, so that another build, machine or year gives the same.
        #expect(try Self.choices(12, [1, 1, 2]) == [0, 0, 0, 0, 1, 0, 2, 2, 1, 2, 1, 0])
    }

    @Test func `identifiers spread by weight`() throws {
        let choices = try Self.choices(4000, [0.7, 0.3])
        #expect(abs(Double(choices.filter { $0 == 1 }.count) / 4000 - 0.3) < 0.02)
    }

    @Test func `while a child's breaker is open only its own callers go elsewhere`() throws {
        let before = try Self.choices(300, [1, 1, 2])
        let during = try Self.choices(300, [1, 1, 2], open: 2)
        for (old, new) in zip(before, during) { #expect(old == 2 ? new != 2 : new == old) }
        #expect(Set(zip(before, during).filter { $0.0 == 2 }.map(\.1)) == [0, 1], "the others share them")
    }

    @Test func `a sticky strategy inside another does not repeat its choice`() throws {
        let rule = StickyRule(fields: ["metadata.user"], lifetimeSeconds: 3600)
        let inner = Tree.branch(.loadBalance(sticky: rule), Tree.leaves(2))
        let tree = Tree.branch(.loadBalance(sticky: rule), [inner, inner])
        var counts = [0, 0, 0, 0]
        for user in 0..<400 {
            var driver = RouteDriver(tree)
            driver.facts = try Self.facts(user: user)
            _ = driver.run()
            counts[driver.asked[0]] += 1
        }
        #expect(counts.allSatisfy { abs($0 - 100) < 30 }, "\(counts)")
    }

    @Test func `without any of the fields the dice decide`() {
        var driver = Self.driver([1, 1])
        var seen: Set<Int> = []
        for _ in 0..<50 {
            driver.renew()
            _ = driver.run()
            seen.insert(driver.asked[0])
        }
        #expect(seen == [0, 1])
    }

    static let file = "portkey-vectors/sticky.json"

    /// Portkey puts the API key of its service in front. A local socket has none, so that what is left is the fields; how the
    /// identifier is hashed (`sha256`, `cache_key`) is our own, because nothing is stored by it.
    static let keyPrefix = "K"

    @Test(.enabled(if: SharedFolder.has(file), "Portkey's observed answers lie outside of the repository"))
    func `identifiers are Portkey's, without its API key`() throws {
        let document = try JSONDocument([UInt8](Data(contentsOf: SharedFolder.url.appendingPathComponent(Self.file))))
        let cases = try #require(document.find("cases", in: document.root))
        for node in document.elements(of: cases) {
            var facts = RoutingFacts.none
            facts.metadata = try (document, #require(document.find("metadata", in: node)))
            facts.params = try (document, #require(document.find("params", in: node)))
            for (key, value) in try document.members(of: #require(document.find("headers", in: node))) {
                facts.headers.append((document.string(key)!, document.string(value)!))
            }
            let fields =
                document.find("hash_fields", in: node).map { document.elements(of: $0).compactMap(document.string) } ?? []
            var expected = try #require(document.find(path: "expect", "identifier", in: node).flatMap(document.string))
            if expected.hasPrefix(Self.keyPrefix) { expected.removeFirst() }
            if expected.hasPrefix("|") { expected.removeFirst() }
            let rule = StickyRule(fields: fields, lifetimeSeconds: 300)
            #expect(rule.identifier(of: facts) ?? "" == expected, "\(document.rawText(node))")
        }
    }
}
