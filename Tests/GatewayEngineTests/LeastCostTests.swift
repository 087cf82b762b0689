// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing
import Testing

/// `least_cost` through a whole engine, with a network that notes where it was asked and answers nothing.
struct LeastCostTests {
    @Test(arguments: [
        // gpt-4o is dearer than gpt-4o-mini, wherever it stands.
        ([("openai", "gpt-4o"), ("openai", "gpt-4o-mini")], [1, 0]),
        ([("openai", "gpt-4o-mini"), ("openai", "gpt-4o")], [0, 1]),
        ([("anthropic", "claude-opus-4-5"), ("groq", "openai/gpt-oss-120b"), ("openai", "gpt-4o-mini")], [1, 2, 0]),
        // An alias has the price of what it stands for; what has no price is last.
        ([("openai", "no-such-model"), ("anthropic", "claude-4.5-opus"), ("openai", "gpt-4o")], [2, 1, 0]),
        // What runs here costs nothing.
        ([("openai", "gpt-4o-mini"), ("local", "status-503")], [1, 0]),
    ])
    func `the cheapest target is asked first, then the next`(_ targets: [(String, String)], _ order: [Int]) async throws {
        let asked = try await run(targets)
        #expect(asked.map(\.target) == order.map { "config.targets[\($0)]" })
    }

    @Test func `a user's own price counts`() async throws {
        var prices = UnitPrices()
        prices.request = 1
        let pricing = Pricing(own: [OwnPrice(name: "openai/gpt-4o", prices: prices)])
        let asked = try await run([("openai", "gpt-4o-mini"), ("openai", "gpt-4o")], pricing)
        #expect(asked.map(\.target) == ["config.targets[1]", "config.targets[0]"])
    }

    private func run(
        _ targets: [(provider: String, model: String)], _ pricing: Pricing = Pricing()
    ) async throws -> [AttemptReport] {
        let leaves = targets.enumerated().map { index, target in
            var leaf = PlanTarget(path: "config.targets[\(index)]")
            leaf.provider = target.provider
            leaf.apiKey = target.provider == "local" ? nil : Array("key".utf8).withUnsafeBytes { SecretBytes(copying: $0) }
            leaf.edits.model = target.model
            leaf.edits.overrides = [BodyMember(name: "model", value: Array(#""\#(target.model)""#.utf8))]
            return leaf
        }
        let strategy = PlanStrategy(
            path: "config", mode: .leastCost, children: leaves.indices.map { PlanChild(node: .target($0)) })
        let plan = Plan(root: .strategy(strategy), targets: leaves)
        let document = try JSONDocument(Array(#"{"model": "any", "messages": [{"role": "user", "content": "Hi"}]}"#.utf8))
        var options = CallOptions()
        options.config = .named("cheapest")
        let call = GatewayCall(
            operation: .chat, document: document, request: document.root, options: options,
            peer: PeerIdentity(pid: 1, uid: 1, gid: 1))
        let engine = GatewayEngine(catalog: .builtIn, pricing: pricing, ports: ports(plan), seed: 1)
        return await engine.perform(call, chunks: NoChunks()).1.attempts
    }

    private func ports(_ plan: Plan) -> EnginePorts {
        let clock = GatewayClock(monotonicNanoseconds: { 1 }, wallMilliseconds: { 5000 })
        return EnginePorts(
            secrets: NoSecrets(), configs: OnePlan(plan: plan), journal: NoJournal(),
            audit: AuditTrail(log: NoAuditLog(), clock: clock), health: SharedHealth(), cache: nil, network: DeadNetwork(),
            inProcess: LocalTransport(clock: clock, sleep: { _ in }), clock: clock,
            timers: GatewayTimers(sleep: { _ in }, after: { _, _ in {} }, spawn: { _ in {} }), timeouts: UpstreamTimeouts())
    }
}

private struct NoJournal: Journal {
    func append(_ record: CallRecord) {}
}
