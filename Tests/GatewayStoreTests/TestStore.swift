// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import Synchronization
import Testing

/// What a store reported, and a way to wait for it.
final class Reports: Sendable {
    private let lines = Mutex<[(StoreReportLevel, String)]>([])

    func add(_ level: StoreReportLevel, _ message: String) { lines.withLock { $0.append((level, message)) } }
    var all: [(level: StoreReportLevel, message: String)] { lines.withLock { $0.map { (level: $0.0, message: $0.1) } } }
    func messages(_ level: StoreReportLevel) -> [String] { all.filter { $0.level == level }.map(\.message) }
}

/// A store in a directory of a test's own.
struct TestStore {
    let path: String
    let directory: StateDirectory
    let store: GatewayStore
    let reports: Reports

    init(path: String = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString, options: StoreOptions = StoreOptions())
        throws
    {
        self.path = path
        directory = try StateDirectory(path)
        let reports = Reports()
        self.reports = reports
        store = try GatewayStore(in: directory, options: options) { reports.add($0, $1) }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// All rows, oldest first.
    func allCalls(matching filter: CallFilter = CallFilter()) async throws -> [StoredCall] {
        var calls: [StoredCall] = []
        var cursor: String?
        repeat {
            let page = try await store.calls(matching: filter, limit: 1000, cursor: cursor)
            calls += page.calls
            cursor = page.nextCursor
        } while cursor != nil
        return calls.reversed()
    }
}

/// Runs `body` on a fresh store and takes its directory away.
func withStore(_ options: StoreOptions = StoreOptions(), _ body: (TestStore) async throws -> Void) async throws {
    let test = try TestStore(options: options)
    defer { test.remove() }
    try await body(test)
}

func record(_ trace: String, _ change: (inout CallRecord) -> Void = { _ in }) -> CallRecord {
    var record = CallRecord(
        traceID: trace, spanID: "00f067aa0ba902b7", startedAtMilliseconds: 1_800_000_000_000, method: "chat.completions.create",
        peer: PeerIdentity(pid: 4242, uid: 1000, gid: 1000))
    change(&record)
    return record
}

/// A record with all fields set, as a busy gateway writes them.
func fullRecord(_ trace: String) -> CallRecord {
    var record = CallRecord(
        traceID: trace, spanID: "00f067aa0ba902b7", startedAtMilliseconds: 1_800_000_000_123, method: "chat.completions.create",
        peer: PeerIdentity(pid: 4242, uid: 1000, gid: 1001, executable: "/usr/bin/python3.11", unit: "app.service"),
        virtualKey: "anthropic-prod", provider: "anthropic", model: "claude-3.5-sonnet",
        responseModel: "claude-3-5-sonnet-20241022",
        target: "config.targets[1]", status: 429, errorName: "upstream_error", stream: true,
        usage: Usage(
            inputTokens: 1200, outputTokens: 345, cacheReadInputTokens: 1000, cacheCreationInputTokens: 100,
            reasoningOutputTokens: 30),
        attempts: 2, chunks: 87, latencyMicroseconds: 812_400, upstreamMicroseconds: 811_900, firstChunkMicroseconds: 210_000,
        cost: .priced(NanoUSD(4_650_000)), metadata: Array(#"{"environment":"production","n":3,"deep":{"x":1}}"#.utf8)[...],
        decisions: Array(#"{"events":["é"]}"#.utf8), cacheStatus: .semanticHit, cacheEntry: "4f2d")
    record.parentSpanID = "53995c3f42cd8ad8"
    record.spanName = "draft"
    record.policy = "ci"
    record.config = "resilient"
    record.user = "u-7"
    record.retries = 1
    record.fallbacks = 2
    record.queueMicroseconds = 41
    record.firstByteMicroseconds = 198_000
    record.requestBytes = 5120
    record.responseBytes = 9216
    record.priceDigest = "3f9a5c1e"
    record.saved = NanoUSD(77)
    record.cacheMicroseconds = 12
    var first = AttemptReport(target: "config.targets[0]", status: 500, microseconds: 210, outcome: "upstream_error")
    first.startMicroseconds = 53
    first.provider = "openai"
    var second = AttemptReport(target: "config.targets[1]", status: 200, microseconds: 811_000, outcome: "ok")
    second.number = 1
    second.startMicroseconds = 290
    second.virtualKey = "anthropic-prod"
    second.model = "claude-3.5-sonnet"
    second.responseModel = "claude-3-5-sonnet-20241022"
    second.usage = Usage(inputTokens: 1200, outputTokens: 345, reasoningOutputTokens: 30)
    record.tries = [first, second]
    return record
}

func failure<Value>(_ body: () async throws -> Value) async -> GatewayFailure? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? GatewayFailure
    }
}
