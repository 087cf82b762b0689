// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing
import SimulationKit
import Synchronization

/// The real gateway in the simulated world: several engines, as many reactors have, and what they share.
final class Gateway {
    private let engines: [GatewayEngine]
    private let health = SharedHealth()
    private let scenario: Scenario
    private let configs: [String]

    /// - Throws: when a config does not compile.
    init(world: World, seed: UInt64) throws(GatewayFailure) {
        scenario = world.scenario
        let targets = scenario.targets
        configs = scenario.configs.map { $0.json(targets) }
        let source = try SimulatedConfigs(configs)
        let clock = GatewayClock(
            monotonicNanoseconds: { [unowned world] in 1_000_000_000 + world.loop.now },
            wallMilliseconds: { [unowned world] in world.wallMilliseconds })
        let catalog = ProviderCatalog((0..<4).map { .openAICompatible(id: "p\($0)", baseURL: "https://p\($0).test/v1") })
        var prices = UnitPrices()
        (prices.input, prices.output) = (1000, 1000)
        let pricing = Pricing(own: [OwnPrice(name: "m", prices: prices)])
        let timers = GatewayTimers(
            sleep: { [unowned world] time throws(CancellationError) in try await world.loop.sleep(nanoseconds: time) },
            after: { [unowned world] nanoseconds, body in world.loop.timer(after: nanoseconds, body) },
            spawn: { [unowned world] operation in
                let task = world.loop.start(operation)
                return { task.cancel() }
            })
        let (health, seeds) = (health, seed)
        engines = (0..<scenario.engines).map { index in
            let network = SimulatedTransport(world: world)
            let ports = EnginePorts(
                secrets: world.vault, configs: source, journal: SimulatedJournal { [unowned world] in note($0, in: world) },
                audit: AuditTrail(log: SimulatedAuditLog(), clock: clock), health: health, cache: nil, network: network,
                inProcess: network, clock: clock, timers: timers,
                timeouts: UpstreamTimeouts(connectMilliseconds: 10_000, totalMilliseconds: 60_000))
            return GatewayEngine(catalog: catalog, pricing: pricing, ports: ports, seed: seeds &+ UInt64(index))
        }
    }

    /// Runs a call as the daemon would.
    func perform(_ call: Scenario.Call, _ id: Int, _ sink: CallerSink, on engine: Int) async -> (CallEnd, CallReport) {
        let line = Array(line(call, id).utf8)
        var options = CallOptions()
        guard let document = try? JSONDocument(line), let request = document.find("request", in: document.root),
            let node = document.find("options", in: document.root)
        else { return (.failed(GatewayFailure(.internalError, "no JSON")), CallReport(traceID: "", spanID: "")) }
        do throws(GatewayFailure) { try options.apply(node, of: document, path: "options") } catch {
            return (.failed(error), CallReport(traceID: "", spanID: ""))
        }
        let peer = PeerIdentity(pid: 1, uid: 1, gid: 1)
        let gatewayCall = GatewayCall(operation: .chat, document: document, request: request, options: options, peer: peer)
        return await engines[engine].perform(gatewayCall, chunks: sink)
    }

    /// The span is the call's number; the model of the request is replaced by that of the leaf.
    private func line(_ call: Scenario.Call, _ id: Int) -> String {
        let target = scenario.targets[call.target]
        var options = #""span_id":"\#(id)","metadata":{"tier":"\#(ConfigTree.tiers[call.tier])"}"#
        if call.config < 0 {
            options += #","virtual_key":"\#(target.keyName)""#
        } else if call.isInline {
            options += #","config":\#(configs[call.config])"#
        } else {
            options += #","config":"c\#(call.config)""#
        }
        if let timeout = call.timeout { options += #","request_timeout":\#(timeout)"# }
        let model = call.config < 0 ? target.modelName : "unset"
        let messages = #""messages":[{"role":"user","content":"hi"}]"#
        return #"{"request":{"model":"\#(model)",\#(messages),"user":"\#(id)","stream":\#(call.stream)},"options":{\#(options)}}"#
    }

    /// What is left when nothing should be: tries that were begun and not ended, breakers that are not closed.
    func remains(now: UInt64) -> String? {
        health.withLock { health in
            for target in scenario.targets {
                let id = TargetID(provider: "p\(target.provider)", key: target.keyName, model: target.modelName)
                let slot = health.slot(of: id)
                if health.inFlight(slot) != 0 { return "\(health.inFlight(slot)) tries at \(target) were begun and never ended" }
                if health.mayAdmit(slot, now: 1_000_000_000 + now) != .open { return "the breaker of \(target) is stuck" }
            }
            return nil
        }
    }
}

private func note(_ row: CallRecord, in world: World) {
    guard let call = Int(row.spanID) else { return world.fail("a row of no call: \(row.spanID)") }
    let numbers = JournalRow(
        input: row.usage.inputTokens ?? 0, output: row.usage.outputTokens ?? 0, cost: row.cost.amount?.value,
        isExact: row.cost.status == "priced", attempts: row.attempts, chunks: row.chunks, status: row.status)
    world.record(.row(call: call, numbers))
}

/// The saved configs, c0, c1 and so on.
private final class SimulatedConfigs: ConfigSource {
    private let plans: [String: Plan]

    init(_ texts: [String]) throws(GatewayFailure) {
        var plans: [String: Plan] = [:]
        for (index, text) in texts.enumerated() {
            guard let document = try? JSONDocument(Array(text.utf8)) else {
                throw GatewayFailure(.internalError, "no JSON: \(text)")
            }
            plans["c\(index)"] = try Plan.compile(document.root, of: document, path: "config")
        }
        self.plans = plans
    }

    func plan(named name: String) throws(GatewayFailure) -> Plan {
        guard let plan = plans[name] else { throw GatewayFailure(.notFound, "No config is called \(name).") }
        return plan
    }

    func plan(inline node: JSONNode, of document: JSONDocument, path: String) throws(GatewayFailure) -> Plan {
        try Plan.compile(node, of: document, path: path)
    }
}
