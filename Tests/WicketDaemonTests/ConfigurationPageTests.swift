// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayStore
import Observability
import ProviderAdapters
import Testing

@testable import WicketDaemon

@Suite struct ConfigurationPageTests {
    private let page: String
    private let example: String

    init() throws {
        page = try String(
            contentsOf: packageRoot.appending(path: "Sources/WicketDaemon/Documentation.docc/Configuration.md"), encoding: .utf8)
        let fences = page.components(separatedBy: "```")
        example = try #require(fences.first { $0.hasPrefix("yaml\n") }).replacingOccurrences(
            of: "yaml\n", with: "", options: .anchored)
    }

    /// Every key of the tables as the page writes it.
    private static var rows: [(path: String, row: String)] {
        func row<Root>(_ key: ConfigurationKey<Root>, _ prefix: String) -> (String, String) {
            (prefix + key.path, "| `\(prefix)\(key.path)` | \(key.type) | \(key.fallback) | \(key.summary) |")
        }
        return ConfigurationSource.keys(catalog: [], accounts: testUser.accounts).map { row($0, "") }
            + ProviderSource.keys.map { row($0, "providers.NAME.") } + UnitPrices.keys.map { row($0, "prices.MODEL.") }
    }

    @Test func `the page has a row for every key, as the table says it, and no other`() {
        let found = page.split(separator: "\n").map(String.init).filter { $0.hasPrefix("| `") }
        let expected = Self.rows.map(\.row)
        #expect(found.sorted() == expected.sorted(), "the rows to have:\n\(expected.joined(separator: "\n"))")
    }

    @Test func `the example is valid and shows every key`() throws {
        let configuration = try read(example, context: testUser)
        #expect(!configuration.providers.isEmpty)
        let (root, _) = YAMLReader.read(Array(example.utf8))
        var shown: Set<String> = []
        collect(try #require(root), "", &shown)
        let missing = Self.rows.map(\.path).filter { !shown.contains($0) && $0 != "providers.NAME.id" }
        #expect(missing.isEmpty)
    }

    private func collect(_ node: YAMLNode, _ prefix: String, _ shown: inout Set<String>) {
        guard case .mapping(let entries) = node.content else { return }
        for entry in entries {
            let name = ["providers.": "NAME", "prices.": "MODEL"][prefix] ?? entry.name
            shown.insert(prefix + name)
            collect(entry.value, prefix + name + ".", &shown)
        }
    }

    @Test func `the defaults that the table tells are those that hold`() {
        let source = ConfigurationSource()
        let told = Dictionary(
            uniqueKeysWithValues: ConfigurationSource.keys(catalog: [], accounts: testUser.accounts).map {
                ($0.path, $0.fallback)
            })
        #expect(told["limits.line_bytes"] == "\(source.limits.lineBytes)")
        #expect(told["limits.max_in_flight"] == "\(source.limits.maxInFlight)")
        #expect(told["limits.unsent_bytes"] == "\(source.limits.unsentBytes)")
        #expect(told["limits.stuck_seconds"] == "\(source.limits.stuckSeconds)")
        #expect(told["limits.connections"] == "\(source.limits.connections)")
        #expect(told["drain_seconds"] == "\(source.drainSeconds)")
        #expect(told["timeouts.connect_ms"] == "\(source.timeouts.connectMilliseconds)")
        #expect(told["timeouts.first_byte_ms"] == "\(source.timeouts.firstByteMilliseconds)")
        #expect(told["timeouts.total_ms"] == "\(source.timeouts.totalMilliseconds)")
        #expect(told["defaults.request_timeout"] == "\(source.defaults.requestTimeout)")
        #expect(told["cache.memory_bytes"] == "\(source.cache.memoryBytes)")
        #expect(told["cache.disk_bytes"] == "\(source.cache.diskBytes)")
        #expect(told["cache.semantic_bytes"] == "\(source.cache.semanticBytes)")
        #expect(told["cache.workers"] == "\(source.cache.workers)")
        #expect(told["otlp.interval_ms"] == "\(source.export.intervalMilliseconds)")
        #expect(told["otlp.timeout_ms"] == "\(source.export.timeoutMilliseconds)")
        #expect(told["otlp.queue"] == "\(source.export.queueLimit)")
        #expect(told["journal.keep_days"] == "\(source.retention.keepDays)")
        #expect(told["journal.keep_mb"] == "\(source.retention.keepMegabytes)")
        #expect(told["journal.keep_analytics_days"] == "\(source.retention.keepAnalyticsDays)")
        #expect(told["log.level"] == source.logLevel.name)
    }
}
