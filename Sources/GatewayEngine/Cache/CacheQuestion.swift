// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import GatewayPolicy
import JSONBytes
import ProviderAdapters
import Routing

/// A call at one leaf as the cache sees it: what is asked, and which answers it takes.
struct CacheQuestion {
    let rule: CacheRule
    let context: CacheContext
    let key: CacheKey
    /// As the provider is to be asked, but for what its dialect makes of it.
    let document: JSONDocument
    let request: JSONNode
    /// Nothing kept will do, and what is kept is replaced.
    let refreshes: Bool
    let stream: Bool
    let uid: UInt32
    let traceID: String
    /// How many purges there had been when it was asked.
    let purges: Int

    /// Where the false hits of this question count.
    var domain: String { Self.domain(context.scope, context.namespace) }

    static func domain(_ scope: String, _ namespace: String?) -> String { namespace.map { "\(scope)/\($0)" } ?? scope }

    /// What is compared of it where it is compared by its meaning.
    var semantic: SemanticQuestion {
        let request = SemanticRequest(
            document: document, request: request, context: context,
            allowsHighTemperature: rule.semantic.maxTemperature > 1)
        switch request {
        case .bypassed(let reason): return .bypassed(reason.rawValue, partition: nil)
        case .text(let text, let partition):
            let reason = SemanticText(text).bypass(isOneUsers: isOneUsers)
            return reason.map { .bypassed($0.rawValue, partition: partition) } ?? .asked(text, partition: partition)
        }
    }

    /// Whether nobody else's answers are in its namespace.
    var isOneUsers: Bool { context.scope.hasPrefix("uid:") }

    /// Whether an answer may be the one to another question that means the same.
    var isSemantic: Bool { context.operation.hasStream && (rule.mode == .semantic || rule.mode == .shadow) }

    /// Whether what is kept may be served; `shadow` only counts what a semantic hit would have been.
    var servesSemantic: Bool { rule.mode == .semantic }
}

extension CacheQuestion {
    /// - Parameter body: the call's request with the leaf's edits.
    init(
        _ call: GatewayCall, _ rule: CacheRule, _ target: Target, _ leaf: PlanTarget, strict: Bool,
        body: (JSONDocument, JSONNode), facts: RoutingFacts, traceID: String, purges: Int
    ) {
        self.rule = rule
        self.purges = purges
        (document, request) = body
        var headers = call.options.forwardHeaders
        if let names = leaf.forwardHeaders { headers.removeAll { !names.contains($0.name) } }
        context = CacheContext(
            scope: AccessPolicy.cacheScope(of: call.peer, under: call.policy),
            namespace: call.options.cacheNamespace ?? rule.namespace,
            operation: call.operation, provider: target.provider.id, base: target.base.text, query: target.query,
            model: target.model, strictOpenAICompliance: strict, headers: headers, vary: rule.varyingValues(of: facts))
        key = CacheKey.exact(document: document, request: request, context: context)
        refreshes = call.options.cacheForceRefresh ?? false
        stream = call.wantsStream
        uid = call.peer.uid
        self.traceID = traceID
    }
}

extension CacheRule {
    /// Whether the answers of an operation can be kept, or be shared while they come.
    func concerns(_ operation: Operation) -> Bool { operation != .models && (mode != .off || coalesces) }
}
