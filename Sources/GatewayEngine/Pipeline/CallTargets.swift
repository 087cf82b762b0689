// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import ProviderAdapters
import Routing

/// What each leaf of a plan is for calls that say the same: the target that it leads to, or why it leads to none. Confined to its
/// engine's reactor.
final class CallTargets {
    private let found: [Result<Target, GatewayFailure>]
    /// The same as routing sees it.
    private(set) var candidates: [Candidate]
    /// Where a leaf, or the call, would have sent a key elsewhere.
    let diversions: [GatewayFailure]
    /// Whether a key or the caller's policy says which models may be asked.
    let limitsModels: Bool
    /// Whether a key has limits of its own.
    let limitSpending: Bool

    init(_ plan: Plan, _ call: GatewayCall, _ resolver: TargetResolver, now: Int) {
        found = plan.targets.map { leaf in
            Result { () throws(GatewayFailure) in try resolver.resolve(leaf, for: call, now: now) }
        }
        diversions = found.compactMap { found in
            if case .failure(let failure) = found, failure.divertedKey != nil { failure } else { nil }
        }
        limitsModels = call.policy?.limitsModels ?? false || found.contains { (try? $0.get())?.limitsModels ?? false }
        limitSpending = found.contains { !((try? $0.get())?.limits.isEmpty ?? true) }
        let options = call.options
        let namesKey = options.virtualKey != nil || options.provider != nil || options.apiKey != nil
        let comparesPrices = plan.root.comparesPrices
        candidates = zip(found, plan.targets).map { found, leaf in
            let target = try? found.get()
            return Candidate(
                slot: .none, price: comparesPrices ? target.flatMap(resolver.comparablePrice) : nil, isUsable: target != nil,
                isAbsent: leaf.isOnlyWithCallersKey && !namesKey)
        }
    }

    func target(_ index: Int) throws(GatewayFailure) -> Target { try found[index].get() }

    /// Whether every leaf that takes part leads to a target.
    var isComplete: Bool { candidates.allSatisfy { $0.isUsable || $0.isAbsent } }

    /// When the first of its keys expires, in milliseconds since 1970.
    var expiry: Int { found.reduce(.max) { min($0, (try? $1.get())?.expiresAtMilliseconds ?? .max) } }

    /// Finds the targets' places again where they have none, or lost it to another target meanwhile.
    func place(in health: inout TargetHealth) {
        for index in candidates.indices where candidates[index].isUsable && !health.touch(candidates[index].slot) {
            if case .success(let target) = found[index] { candidates[index].slot = health.slot(of: target.id) }
        }
    }
}

extension TargetResolver {
    /// As `Candidate.price`.
    fileprivate func comparablePrice(of target: Target) -> Int? {
        pricing.price(asked: target.model, at: target.provider)?.price.ofThousandTokens
    }
}

extension PlanNode {
    /// Whether a strategy in it chooses by price.
    fileprivate var comparesPrices: Bool {
        guard case .strategy(let strategy) = self else { return false }
        if case .leastCost = strategy.mode { return true }
        return strategy.children.contains { $0.node.comparesPrices }
    }
}
