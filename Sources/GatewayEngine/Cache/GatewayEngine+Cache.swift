// SPDX-License-Identifier: Apache-2.0
import Caching
package import GatewayModel
import GatewayPolicy
import JSONBytes
import Routing

extension GatewayEngine {
    /// What the cache would do for a call, and why. The call is not made; nothing is kept, and nothing counted. A provider is
    /// asked for a vector where the config has one make them.
    package func explainCache(_ call: GatewayCall) async throws(GatewayFailure) -> CacheExplanation {
        let scope = AccessPolicy.cacheScope(of: call.peer, under: call.policy)
        var explanation = CacheExplanation(status: .disabled, mode: CacheRule.Mode.off.rawValue, scope: scope)
        explanation.namespace = call.options.cacheNamespace
        let (plan, leaf, target) = try firstTarget(of: call)
        explanation.target = target.path
        guard let cache = ports.cache else { return explanation }
        // Without a rule of its own it is told what one would do.
        let rule = plan.targets[leaf].cache ?? CacheRule(mode: .semantic)
        let maker = AttemptMaker(call: call, plan: plan, ports: ports, createdSeconds: 0)
        let question = CacheQuestion(
            call, rule, target, plan.targets[leaf], strict: maker.isStrict(plan.targets[leaf].strictOpenAICompliance),
            body: try maker.body(for: leaf), facts: RoutingFacts(of: call, plan), traceID: "", purges: 0)
        explanation.mode = (plan.targets[leaf].cache?.mode ?? .off).rawValue
        explanation.namespace = question.context.namespace
        explanation.entry = question.key.name
        let provider = ProviderVectors(rule.semantic, for: call, self, traceID: call.options.traceID)
        try await cache.explain(question, provider, &explanation)
        if plan.targets[leaf].cache == nil || rule.mode == .off { explanation.status = .disabled }
        return explanation
    }

    /// The first leaf that the call could be sent to.
    private func firstTarget(of call: GatewayCall) throws(GatewayFailure) -> (Plan, Int, Target) {
        let plan = try plan(for: call)
        let targets = targets(of: call, plan)
        for leaf in plan.targets.indices {
            if let target = try? targets.target(leaf) { return (plan, leaf, target) }
        }
        // Why the first one cannot be asked is what the call itself would fail with.
        return (plan, 0, try targets.target(0))
    }
}

extension SharedCache {
    func explain(
        _ question: CacheQuestion, _ provider: ProviderVectors?, _ explanation: inout CacheExplanation
    ) async throws(GatewayFailure) {
        explanation.status = question.isSemantic && semantics.isAvailable(for: question.rule.semantic) ? .semanticMiss : .miss
        if await answer(for: question.key, maxAgeSeconds: question.rule.maxAgeSeconds) != nil { explanation.status = .hit }
        guard question.isSemantic else { return }
        guard semantics.isAvailable(for: question.rule.semantic) else {
            explanation.bypass = "no_embedder"
            return
        }
        switch question.semantic {
        case .bypassed(let reason, let partition):
            explanation.bypass = reason
            explanation.partition = partition?.name
        case .asked(let text, let partition):
            explanation.partition = partition.name
            let rules = SimilarityRules(question.rule.semantic)
            guard let found = try await semantics.explain(text, partition: partition, rules, provider) else {
                explanation.bypass = "no_vector"
                return
            }
            for each in found { explanation.candidates.append(await candidate(each)) }
            if explanation.status != .hit, found.contains(where: \.isHit) { explanation.status = .semanticHit }
        }
    }

    private func candidate(_ found: SemanticCandidate) async -> CacheExplanation.Candidate {
        // Older than any rule may allow: it is told of all the same.
        let stored = await answer(for: found.key, maxAgeSeconds: CacheRule.maxAges.upperBound)?.storedAtMilliseconds
        return CacheExplanation.Candidate(found, ageSeconds: stored.map(ageSeconds) ?? 0)
    }
}

extension CacheExplanation.Candidate {
    fileprivate init(_ found: SemanticCandidate, ageSeconds: Int) {
        let (edit, needed, veto): (EditClass?, Float, VetoReason?)
        switch found.verdict {
        case .hit(let kind): (edit, needed, veto) = (kind, found.learned.floor, nil)
        case .below(let kind, let least): (edit, needed, veto) = (kind, max(least, found.learned.floor), nil)
        case .veto(let reason): (edit, needed, veto) = (nil, found.learned.floor, reason)
        }
        self.init(
            entry: found.key.name, text: found.text, score: Double(found.cosine), edit: edit?.rawValue ?? "",
            needed: Double(needed), veto: veto?.rawValue, reason: veto?.sentence, isHit: found.isHit,
            ageSeconds: ageSeconds)
    }
}
