// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing
import Synchronization
import Testing

/// What a row says of its tries, and what a provider hears of the trace.
struct TriesTests {
    /// A journal that keeps the last row.
    private final class LastRow: Journal {
        let record = Mutex<CallRecord?>(nil)
        func append(_ record: CallRecord) { self.record.withLock { $0 = record } }
    }

    private func row(
        _ models: [String], model: String = "local/echo", _ change: (inout CallOptions) -> Void = { _ in }
    ) async throws -> CallRecord {
        let leaves = models.enumerated().map { index, name in
            var leaf = PlanTarget(path: "config.targets[\(index)]")
            leaf.provider = "local"
            leaf.edits.model = name
            leaf.edits.overrides = [BodyMember(name: "model", value: Array(#""\#(name)""#.utf8))]
            return leaf
        }
        let strategy = PlanStrategy(
            path: "config", mode: .fallback(codes: nil), children: leaves.indices.map { PlanChild(node: .target($0)) })
        let plan = Plan(root: .strategy(strategy), targets: leaves)
        let body = Array(#"{"model": "\#(model)", "messages": [{"role": "user", "content": "Hi"}]}"#.utf8)
        let document = try JSONDocument(body)
        var options = CallOptions()
        options.config = .named("tries")
        change(&options)
        let call = GatewayCall(
            operation: .chat, document: document, request: document.root, options: options,
            peer: PeerIdentity(pid: 1, uid: 1, gid: 1))
        let journal = LastRow()
        let clock = GatewayClock(monotonicNanoseconds: { 1 }, wallMilliseconds: { 5000 })
        let ports = EnginePorts(
            secrets: NoSecrets(), configs: OnePlan(plan: plan), journal: journal,
            audit: AuditTrail(log: NoAuditLog(), clock: clock), health: SharedHealth(), cache: nil, network: DeadNetwork(),
            inProcess: LocalTransport(clock: clock, sleep: { _ in }), clock: clock,
            timers: GatewayTimers(sleep: { _ in }, after: { _, _ in {} }, spawn: { _ in {} }), timeouts: UpstreamTimeouts())
        _ = await GatewayEngine(catalog: .builtIn, ports: ports, seed: 1).perform(call, chunks: NoChunks())
        return try #require(journal.record.withLock { $0 })
    }

    @Test func `of several tries each one is in the row`() async throws {
        let row = try await row(["local/status-503", "local/echo"])
        #expect(row.tries.map(\.target) == ["config.targets[0]", "config.targets[1]"])
        #expect(row.tries.map(\.status) == [503, 200])
        #expect(row.tries.map(\.outcome) == ["upstream_error", "ok"])
        #expect(row.tries.map(\.number) == [0, 1])
        #expect(row.tries.map(\.model) == ["local/status-503", "local/echo"])
        #expect(row.tries[1].usage.inputTokens != nil && row.usage == row.tries[1].usage)
    }

    @Test func `one try that the row tells all of is not there twice`() async throws {
        let row = try await row(["local/echo"])
        #expect(row.attempts == 1 && row.tries.isEmpty)
    }

    @Test func `one try with another model than the caller's is there, since nothing else says which`() async throws {
        let row = try await row(["local/echo"], model: "mine")
        #expect(row.tries.map(\.model) == ["local/echo"])
    }

    @Test func `a traceparent names trace and parent where nothing else does`() async throws {
        let parent = try #require(TraceParent("00-bad90143930ea019df8f681254fb2393-42df8ac2dde4ac52-00"))
        let plain = try await row(["local/echo"]) { $0.traceParent = parent }
        #expect(plain.traceID == parent.traceID && plain.parentSpanID == parent.spanID && !plain.isSampled)
        let own = try await row(["local/echo"]) {
            $0.traceParent = parent
            $0.traceID = "t"
            $0.parentSpanID = "p"
        }
        #expect(own.traceID == "t" && own.parentSpanID == "p")
        #expect(try await row(["local/echo"]).isSampled)
    }
}
