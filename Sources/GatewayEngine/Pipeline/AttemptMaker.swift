// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing

/// Makes a call's tries: the request in the target's dialect, with the leaf's edits, its limits on time, and the key.
struct AttemptMaker {
    let call: GatewayCall
    let plan: Plan
    let ports: EnginePorts
    /// Seconds since 1970 at which the call began.
    let createdSeconds: Int
    /// nil where nothing limits what the call may spend.
    var spending: CallSpending?

    /// - Parameters:
    ///   - leaf: the index in the plan of the leaf that leads to the target.
    ///   - traceParent: what the provider is told of the caller's trace, or nil.
    func attempt(at target: Target, _ leaf: Int, traceParent: String?) throws(GatewayFailure) -> UpstreamAttempt {
        // The leaf is read where it lies: a copy of it costs more than the rest of this.
        let rule = plan.targets[leaf].timeouts
        let strict = isStrict(plan.targets[leaf].strictOpenAICompliance)
        let (document, request) = try body(for: leaf)
        let claim = try spending?.claim(at: target, request, of: document)
        let dialectCall = DialectCall(
            operation: call.operation, document: document, request: request, model: target.model, stream: call.wantsStream,
            provider: target.provider, strictOpenAICompliance: strict, createdSeconds: createdSeconds)
        let dialect = dialect(for: target.provider, operation: call.operation)
        let encoded = try dialect.encode(dialectCall)
        var upstream = UpstreamRequest(
            method: call.operation == .models ? "GET" : "POST", url: target.base.text + encoded.path + target.query,
            fields: try fields(encoded, plan.targets[leaf].forwardHeaders, target, traceParent),
            credential: try credential(for: target),
            body: encoded.body, timeouts: timeouts(rule))
        // Who answers for a name is the resolver's to say; an address, or `localhost`, says it itself.
        upstream.refusesHostItself = target.virtualKey != nil && target.base.isNamed
        return UpstreamAttempt(
            target, encoded, upstream, withPreviousKey: try withPreviousKey(upstream, for: target), dialect: dialect,
            call: dialectCall, claim: claim,
            transport: target.provider.dialect == .local ? ports.inProcess : ports.network, clock: ports.clock,
            watchdog: call.wantsStream ? StreamWatchdog(rule, timers: ports.timers, clock: ports.clock) : nil)
    }

    /// The call's request with the leaf's edits.
    func body(for leaf: Int) throws(GatewayFailure) -> (JSONDocument, JSONNode) {
        guard plan.targets[leaf].edits.changeBody else { return (call.document, call.request) }
        let document = try plan.targets[leaf].edits.applied(to: call.request, of: call.document)
        return (document, document.root)
    }

    /// The limits on time of a try at a leaf, in milliseconds, always in the same order.
    func limits(of leaf: Int) -> [Int?] {
        let rule = plan.targets[leaf].timeouts
        let timeouts = timeouts(rule)
        return [
            timeouts.connectMilliseconds, timeouts.firstByteMilliseconds, timeouts.totalMilliseconds,
            rule.firstChunkMilliseconds, rule.idleMilliseconds,
        ]
    }

    /// As in Portkey, either of the two that says no wins.
    func isStrict(_ configured: Bool?) -> Bool {
        guard let own = call.options.strictOpenAICompliance else { return configured ?? false }
        return own && configured ?? true
    }

    /// What the caller forwards stands in for the provider's own field of that name.
    /// - Parameter names: those that go to this target, or nil for all.
    private func fields(
        _ encoded: EncodedRequest, _ names: [String]?, _ target: Target, _ traceParent: String?
    ) throws(GatewayFailure) -> [HTTPField] {
        var forwarded = call.options.forwardHeaders
        if let traceParent {
            forwarded.removeAll { $0.name == "traceparent" }
            forwarded.append(HTTPField("traceparent", traceParent))
        }
        if forwarded.isEmpty { return encoded.fields }
        if let names { forwarded = forwarded.filter { names.contains($0.name) } }
        if let own = target.provider.authField?.lowercased(), forwarded.contains(where: { $0.name == own }) {
            throw .invalidParams(
                "options.forward_headers.\(own)",
                "options.forward_headers.\(own) is where \(target.provider.id) reads its key, and is set by the gateway: leave "
                    + "it out.")
        }
        return encoded.fields.filter { own in !forwarded.contains { $0.name == own.name.lowercased() } } + forwarded
    }

    /// The call's own `request_timeout` goes before the config's. A stream is bound by it up to its head only: it may last.
    private func timeouts(_ rule: TimeoutRule) -> UpstreamTimeouts {
        var limits = ports.timeouts
        if let limit = call.options.requestTimeoutMilliseconds ?? rule.requestMilliseconds {
            if call.wantsStream { limits.firstByteMilliseconds = limit } else { limits.totalMilliseconds = limit }
        }
        if call.wantsStream, let limit = rule.firstChunkMilliseconds {
            limits.firstByteMilliseconds = limits.firstByteMilliseconds == 0 ? limit : min(limit, limits.firstByteMilliseconds)
        }
        return limits
    }

    /// The request once more with the key that a rotation replaced, while its grace lasts; else nil.
    private func withPreviousKey(_ request: UpstreamRequest, for target: Target) throws(GatewayFailure) -> UpstreamRequest? {
        guard target.hasPreviousKey, case .vault(let name) = target.key,
            let secret = try ports.secrets.previousAPIKey(of: name, for: target.base.origin)
        else { return nil }
        var again = request
        again.credential?.secret = secret
        return again
    }

    /// The key in plain text: it lives until the request is signed with it.
    private func credential(for target: Target) throws(GatewayFailure) -> Credential? {
        guard let field = target.provider.authField else { return nil }
        let secret: SecretBytes
        switch target.key {
        case .none: return nil
        case .inline(let own): secret = own
        case .vault(let name): secret = try ports.secrets.apiKey(of: name, for: target.base.origin, by: call.peer)
        }
        return Credential(fieldName: field, prefix: target.provider.authPrefix, secret: secret)
    }
}
