// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import Testing

@testable import Routing

/// What the page of configs says is what the compiler does.
@Suite struct ConfigPageTests {
    private let page: String

    init() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let path = "Sources/WicketDaemon/Documentation.docc/Configs.md"
        page = try String(contentsOf: tests.deletingLastPathComponent().appendingPathComponent(path), encoding: .utf8)
    }

    @Test func `every example is a config without a fault and without a warning`() throws {
        let examples = page.components(separatedBy: "```").filter { $0.hasPrefix("json\n") }.map { $0.dropFirst(5) }
        #expect(examples.count == 10)
        for example in examples { #expect(try compile(String(example)).warnings == []) }
        let modes = try examples.map { try compile(String($0)).outline.prefix { $0.isLetter || $0 == "_" } }
        // A leaf has none.
        #expect(Set(modes.filter { !$0.isEmpty }.map(String.init)) == Set(ModeName.allCases.map(\.name)))
    }

    @Test func `every field is on the page`() {
        func expect<Key: ConfigKey>(_ prefix: String, _ keys: Key.Type) {
            for key in keys.allCases { #expect(page.contains("`\(prefix)\(key.name)`"), "\(prefix)\(key.name)") }
        }
        let olderForms: Set<NodeKey> = [.fallback, .loadbalance, .conditional, .mode, .options]
        for key in NodeKey.allCases {
            let mark = olderForms.contains(key) ? "{\"\(key.name)\": " : "`\(key.name)`"
            #expect(page.contains(mark) || page.contains("\"\(key.name)\": ["), "\(key.name)")
        }
        expect("strategy.", StrategyKey.self)
        expect("strategy.conditions.", ConditionKey.self)
        expect("strategy.sticky.", StickyKey.self)
        expect("", ModeName.self)
        expect("retry.", RetryKey.self)
        expect("cache.", CacheKey.self)
        expect("cache.thresholds.", ThresholdKey.self)
        expect("", VetoKey.self)
        expect("cache.embeddings.", EmbeddingsKey.self)
        expect("circuit_breaker.", BreakerKey.self)
        expect("hedge.", HedgeKey.self)
    }

    @Test func `each of the twenty-one known surprises is decided`() {
        for number in 1...21 { #expect(page.contains("\n| \(number). "), "\(number)") }
    }
}
