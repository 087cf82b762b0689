// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import JSONBytes
import Routing

/// The targets of the calls that came lately: a program asks the same model by the same key again and again, and finding out
/// where that goes costs more than all of routing.
///
/// What a caller's own key is part of is not kept, nor what could not be found: the next call may find it.
struct TargetCache {
    private struct Entry {
        let plan: Plan
        /// What may be reached under one policy says nothing of another.
        let policy: AccessPolicy?
        let virtualKey: String?
        let provider: String?
        let customHost: String?
        let model: String
        let generation: UInt64
        let expiry: Int
        let targets: CallTargets

        func fits(_ plan: Plan, _ call: GatewayCall, _ node: JSONNode) -> Bool {
            self.plan === plan && policy === call.policy && call.document.isString(node, model)
                && virtualKey == call.options.virtualKey && provider == call.options.provider
                && customHost == call.options.customHost
        }
    }
    private static let capacity = 32
    /// In bytes: an entry holds on to its plan.
    private static let largestPlan = 256 << 10
    private var entries: [Entry] = []

    init() {}

    var count: Int { entries.count }

    /// - Parameter now: milliseconds since 1970.
    mutating func targets(_ plan: Plan, _ call: GatewayCall, _ resolver: TargetResolver, now: Int) -> CallTargets {
        let generation = resolver.secrets.generation
        // A list of models is asked for without one, so its target is no other call's.
        guard call.operation != .models, call.options.apiKey == nil,
            let node = call.document.find("model", in: call.request)
        else {
            return CallTargets(plan, call, resolver, now: now)
        }
        for index in entries.indices where entries[index].fits(plan, call, node) {
            if entries[index].generation == generation, now < entries[index].expiry {
                // What was used last is met first, and what was not used for longest goes first.
                if index > 0 { entries.insert(entries.remove(at: index), at: 0) }
                return entries[0].targets
            }
            entries.remove(at: index)
            break
        }
        let targets = CallTargets(plan, call, resolver, now: now)
        if targets.isComplete, !plan.holdsSecret, plan.roughBytes < Self.largestPlan {
            keep(targets, plan, call, node, generation)
        }
        return targets
    }

    private mutating func keep(
        _ targets: CallTargets, _ plan: Plan, _ call: GatewayCall, _ model: JSONNode, _ generation: UInt64
    ) {
        if entries.count >= Self.capacity { entries.removeLast() }
        let options = call.options
        entries.insert(
            Entry(
                plan: plan, policy: call.policy, virtualKey: options.virtualKey, provider: options.provider,
                customHost: options.customHost, model: call.document.string(model) ?? "", generation: generation,
                expiry: targets.expiry, targets: targets),
            at: 0)
    }
}
