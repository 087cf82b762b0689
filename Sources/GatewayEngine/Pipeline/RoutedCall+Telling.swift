// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing

/// What the route is told of a try that ended.
extension TryResult {
    init(_ attempt: (any Attempt)?, _ failure: GatewayFailure?) {
        let latency = attempt.map { $0.latencyNanoseconds ?? $0.elapsedNanoseconds } ?? 0
        self.init(
            end: .cancelled, retryAfterMilliseconds: failure?.retryAfterMilliseconds,
            hasSentChunks: (attempt?.chunks ?? 0) > 0, isShared: attempt?.isShared ?? false)
        switch failure?.code {
        case nil: end = .answered(status: attempt?.status ?? 200, latency: latency)
        case .upstreamError: end = .answered(status: failure?.status ?? 502, latency: latency)
        case .upstreamTimeout: end = .timedOut
        case .upstreamUnreachable: end = .broken
        case .cancelled: break
        // Nobody was asked, so nobody's health counts it; another target may be under other limits.
        case .budgetExceeded, .rateLimited, .overloaded:
            end = .answered(status: failure?.status ?? 402, latency: latency)
            isShared = true
        default: isGatewayFault = true
        }
    }
}

/// What the report keeps of a try.
extension AttemptReport {
    init(
        _ id: TryID, _ attempt: any Attempt, _ outcome: String, _ used: Usage, start: Int, elapsed: Int
    ) {
        let target = attempt.target
        self.init(target: target.path, status: attempt.status, microseconds: elapsed, outcome: outcome)
        number = id.number
        startMicroseconds = start
        provider = target.provider.id
        virtualKey = target.virtualKey
        model = target.model
        responseModel = attempt.responseModel
        usage = used
        origin = target.base.origin
    }
}

/// What of a call a plan may choose by.
extension RoutingFacts {
    /// Reads the metadata only where a plan may choose by it, or keep answers apart by it.
    init(of call: GatewayCall, _ plan: Plan) {
        var metadata: (JSONDocument, JSONNode)?
        let hasStrategy = if case .strategy = plan.root { true } else { false }
        if hasStrategy || plan.variesAnswers, let bytes = call.options.metadata, let document = try? JSONDocument(bytes) {
            metadata = (document, document.root)
        }
        self.init(
            metadata: metadata, params: (call.document, call.request),
            headers: call.options.forwardHeaders.map { ($0.name, $0.value) }, urlPath: call.operation.path,
            remembers: hasStrategy)
    }
}
