// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayEngine
import GatewayModel
import GatewayStore
import JSONBytes
import WicketProtocol

/// `cache.*`: what the cache has, over the admin socket; a caller's own hits and questions over both.
enum CacheHandlers {
    static let all: [String: MethodHandler] = [
        CacheStats.name: .plain(.admin) { request async throws(GatewayFailure) in try await stats(request) },
        CachePurge.name: .plain(.admin) { request async throws(GatewayFailure) in try await purge(request) },
        CacheReject.name: .plain(.both) { request async throws(GatewayFailure) in try await reject(request) },
        CacheExplain.name: .plain(.both) { request async throws(GatewayFailure) in try await explain(request) },
    ]

    private static func stats(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let statistics = await request.session.services.shared.cache.statistics()
        return json(CacheStats.Result(statistics).write)
    }

    private static func purge(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(CachePurge.Params.init(from:_:))
        let shared = request.session.services.shared
        var selection = CacheSelection()
        selection.namespace = given.namespace
        selection.scope = given.scope
        selection.provider = given.provider
        selection.key = given.key.flatMap { CacheKey(bytes: bytes(hexadecimal: $0)) }
        selection.before = given.olderThanSeconds.map { shared.clock.wallMilliseconds() - $0 * 1000 }
        let count = try await shared.cache.purge(selection)
        shared.store.append(
            AuditEvent(
                .cachePurged, by: request.peer, of: given.chosen, detail: count == 1 ? "1 answer went" : "\(count) answers went"))
        return json(CachePurge.Result(purged: count).write)
    }

    private static func reject(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let trace = try request.params(CacheReject.Params.init(from:_:)).traceID
        let shared = request.session.services.shared
        let own = request.session.role == .use ? request.peer.uid : nil
        let rejection: CacheRejection
        if let recent = await shared.cache.reject(traceID: trace, uid: own) { rejection = recent } else {
            rejection = try await rejectOlder(trace, own, shared)
        }
        return json(CacheReject.Result(entry: rejection.entry, cacheStatus: rejection.status.rawValue).write)
    }

    /// A hit that is not among the latest, or was served before a restart: the journal knows it.
    private static func rejectOlder(
        _ trace: String, _ uid: UInt32?, _ shared: SharedServices
    ) async throws(GatewayFailure) -> CacheRejection {
        var filter = CallFilter()
        filter.traceID = trace
        filter.uid = uid
        let calls = try await shared.store.calls(matching: filter).calls.map(\.record)
        for call in calls where call.cacheStatus.isHit {
            guard let key = call.cacheEntry.flatMap({ CacheKey(bytes: bytes(hexadecimal: $0)) }) else { continue }
            if let rejection = await shared.cache.reject(key, call.cacheStatus) { return rejection }
        }
        throw GatewayFailure(
            .notFound,
            "No call of the trace \(shortened(trace)) was answered from the cache, or the answer has gone since.",
            path: "params.trace_id")
    }

    private static func explain(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(CacheExplain.Params.init(from:_:))
        let (call, engine) = (try call(given, request), request.session.services.engine)
        let explanation = try await inParams { () async throws(GatewayFailure) in try await engine.explainCache(call) }
        return json(CacheExplain.Result(explanation).write)
    }

    /// The call that is asked about: under the caller's own policy and with its session's defaults, as if it were made.
    private static func call(_ given: CacheExplain.Params, _ running: RunningRequest) throws(GatewayFailure) -> GatewayCall {
        let policy = running.session.policy
        var options = running.session.defaults(under: policy)
        if let bytes = given.options {
            let document = try parsed(bytes, "params.options")
            if given.config != nil, document.find("config", in: document.root) != nil {
                throw .invalidParams("params.config", "params.config and params.options.config are the same thing: keep one.")
            }
            try options.apply(document.root, of: document, path: "params.options")
        }
        if let config = given.config {
            let document = try parsed(Array(#"{"config":"#.utf8) + config + [UInt8(ascii: "}")], "params.config")
            try options.apply(document.root, of: document, path: "params")
        }
        if let policy { options.addMetadata(of: policy) }
        let body = try parsed(given.body(), "params.request")
        return GatewayCall(
            operation: .chat, document: body, request: body.root, options: consume options, peer: running.peer, policy: policy)
    }

    private static func parsed(_ bytes: [UInt8], _ path: String) throws(GatewayFailure) -> JSONDocument {
        guard let document = try? JSONDocument(bytes) else { throw .invalidParams(path, "\(path) cannot be read.") }
        return document
    }
}

extension CachePurge.Params {
    /// What was chosen, for the audit log.
    fileprivate var chosen: String {
        var parts: [String] = []
        if let scope { parts.append("scope:\(scope)") }
        if let namespace { parts.append("namespace:\(namespace)") }
        if let provider { parts.append("provider:\(provider)") }
        if let key { parts.append("key:\(key)") }
        if let olderThanSeconds { parts.append("older_than_s:\(olderThanSeconds)") }
        return parts.isEmpty ? "all" : shortened(parts.joined(separator: " "), to: 128)
    }
}

extension CacheStats.Result {
    fileprivate init(_ statistics: CacheStatistics) {
        self.init(
            counts: [
                ("entries", statistics.entries), ("hits", statistics.hits), ("semantic_hits", statistics.semanticHits),
                ("misses", statistics.misses), ("semantic_misses", statistics.semanticMisses),
                ("coalesced", statistics.coalesced), ("refreshes", statistics.refreshes), ("stored", statistics.stored),
                ("vectors", statistics.vectors), ("embedding_failures", statistics.embeddingFailures),
            ],
            memoryBytes: statistics.memoryBytes, diskBytes: statistics.diskBytes,
            embedder: CacheStats.Embedder(statistics.embedder),
            trouble: statistics.trouble,
            namespaces: statistics.namespaces.map { each in
                CacheStats.Namespace(
                    scope: each.scope, namespace: each.namespace, verified: each.verified, refuted: each.refuted,
                    falseHitRate: each.falseHitRate, interval: each.interval, maximum: each.maximum, isStopped: each.isStopped)
            },
            saved: CacheStats.Saved(
                inputTokens: statistics.savedInputTokens, outputTokens: statistics.savedOutputTokens,
                nanoUSD: statistics.savedNanoUSD))
    }
}

extension CacheStats.Embedder {
    init(_ embedder: CacheEmbedderState) {
        self.init(
            state: embedder.state.rawValue, model: embedder.model, instructions: embedder.instructions, reason: embedder.reason)
    }
}

extension CacheExplain.Result {
    fileprivate init(_ explanation: CacheExplanation) {
        self.init(
            cacheStatus: explanation.status.rawValue, mode: explanation.mode, scope: explanation.scope,
            namespace: explanation.namespace, target: explanation.target, entry: explanation.entry, bypass: explanation.bypass,
            partition: explanation.partition,
            candidates: explanation.candidates.map { each in
                CacheExplain.Candidate(
                    entry: each.entry, text: each.text, score: each.score, edit: each.edit, needed: each.needed, veto: each.veto,
                    reason: each.reason, isHit: each.isHit, ageSeconds: each.ageSeconds)
            })
    }
}
