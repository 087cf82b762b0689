// SPDX-License-Identifier: Apache-2.0
import GatewayModel
package import GatewayPolicy
import JSONBytes
package import ProviderAdapters
import Routing

/// The way of a call through the gateway: who and what it is, where it goes, what came back, and the books. One a reactor,
/// confined to its thread; what all reactors share comes in through the ports.
///
/// It is the only place where decisions meet time: everything that decides is a value that it asks.
package final class GatewayEngine {
    let ports: EnginePorts
    private var resolver: TargetResolver
    private(set) var prices: PriceBook
    private(set) var budgets: BudgetRules
    private var targets = TargetCache()
    private var random: SplitMix64

    /// - Parameter seed: of the draws of routing and of the ids of traces; another one for each engine.
    package init(
        catalog: ProviderCatalog, pricing: Pricing = Pricing(), budgets: BudgetRules = BudgetRules(), ports: EnginePorts,
        seed: UInt64
    ) {
        self.ports = ports
        resolver = TargetResolver(catalog: catalog, pricing: pricing, secrets: ports.secrets)
        prices = PriceBook(pricing)
        self.budgets = budgets
        random = SplitMix64(seed: seed)
    }

    /// Calls that begin from now on find their providers, prices and budgets there.
    package func use(_ catalog: ProviderCatalog, _ pricing: Pricing, _ budgets: BudgetRules) {
        resolver = TargetResolver(catalog: catalog, pricing: pricing, secrets: ports.secrets)
        prices = PriceBook(pricing)
        self.budgets = budgets
        targets = TargetCache()
    }

    /// Runs a call to its end. Its row is in the journal when this returns.
    /// - Parameter sink: where the pieces of a streamed answer go.
    package func perform(_ call: GatewayCall, chunks sink: any ChunkSink) async -> (CallEnd, CallReport) {
        let started = ports.clock.monotonicNanoseconds()
        let wall = ports.clock.wallMilliseconds()
        let report = CallReport(
            traceID: call.options.traceID ?? call.options.traceParent?.traceID ?? random.traceID(at: wall),
            spanID: call.options.spanID ?? random.spanID(),
            startedNanoseconds: started)
        var end: CallEnd
        do throws(GatewayFailure) {
            if let answer = try catalogAnswer(to: call, resolver.pricing) {
                end = .response(answer)
            } else {
                end = try await routedCall(call, wall, report).run(sink)
            }
        } catch {
            end = .failed(error)
        }
        if Task.isCancelled, case .failed(let failure) = end, failure.code != .cancelled {
            end = .failed(.callCancelled)
        }
        report.totalMicroseconds = Int((ports.clock.monotonicNanoseconds() &- started) / 1000)
        if case .response(let response) = end { report.responseBytes = response.body.count }
        ports.journal.append(CallRecord(of: call, end, report, startedAt: wall))
        return (end, report)
    }

    private func routedCall(
        _ call: GatewayCall, _ wall: Int, _ report: CallReport
    ) throws(GatewayFailure) -> RoutedCall {
        let plan = try plan(for: call)
        report.warnings = plan.warnings
        let targets = targets(of: call, plan, now: wall)
        for diversion in targets.diversions { ports.audit.diverted(diversion, by: call.peer) }
        if targets.limitsModels { try call.refuseSecondModel() }
        // A generator of its own: what one call draws does not hang on what others draw meanwhile.
        return RoutedCall(call, plan, targets, self, prices, report, random: random.split(), startedAt: wall)
    }

    func targets(of call: GatewayCall, _ plan: Plan, now: Int? = nil) -> CallTargets {
        targets.targets(plan, call, resolver, now: now ?? ports.clock.wallMilliseconds())
    }

    func plan(for call: GatewayCall) throws(GatewayFailure) -> Plan {
        switch call.options.config {
        case .none: return .direct
        case .named(let name):
            try call.policy?.checkConfig(name)
            return try ports.configs.plan(named: name)
        case .inline(let document, let node):
            try call.policy?.checkConfig(AccessPolicy.inlineConfig)
            return try ports.configs.plan(inline: node, of: document, path: "options.config")
        case .policyDefault: return try defaultPlan(of: call.policy)
        }
    }

    /// A policy may always give what it gives by default.
    private func defaultPlan(of policy: AccessPolicy?) throws(GatewayFailure) -> Plan {
        switch policy?.defaults.config {
        case .none: .direct
        case .named(let name): try ports.configs.plan(named: name)
        case .inline(let document): try ports.configs.plan(inline: document.root, of: document, path: "options.config")
        }
    }
}
