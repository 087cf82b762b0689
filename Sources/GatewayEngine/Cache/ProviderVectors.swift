// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing

/// Vectors from a provider, for a config whose cache names one: a call of its own, on behalf of the caller and under his policy,
/// with a row of its own in the trace of the call that it is made for. Confined to its engine's reactor.
struct ProviderVectors {
    /// A question whose vector takes longer is answered without; a call's own limit, where it is shorter, holds too.
    private static let limitMilliseconds = 2000

    private let rule: EmbeddingsRule
    private let engine: GatewayEngine
    private let call: GatewayCall
    private let traceID: String?
    /// Of the call that it is made for.
    private let spanID: String?

    /// - Returns: nil where the rule names nobody.
    init?(_ rule: SemanticRule, for call: GatewayCall, _ engine: GatewayEngine, traceID: String?, spanID: String? = nil) {
        guard let rule = rule.embeddings else { return nil }
        self.rule = rule
        self.engine = engine
        self.call = call
        self.traceID = traceID
        self.spanID = spanID
    }

    /// - Returns: the vector, and whose it is: of two that were made by different models, or in different places, that differs.
    func vector(of text: String) async throws(GatewayFailure) -> (vector: [Float], embedder: CacheKey) {
        let asking = try asking(text)
        // The same targets that the call finds: nothing happens between here and there.
        let target = try? engine.targets(of: asking, .direct).target(0)
        let (end, _) = await engine.perform(asking, chunks: NoChunks())
        switch end {
        case .response(let response):
            guard let target else { throw GatewayFailure(.internalError, "A vector came from nowhere.") }
            let vector = try vector(in: response.body)
            let embedder = CacheKey.embedder(
                provider: target.provider.id, base: target.base.text, query: target.query, model: target.model,
                dimensions: vector.count, responseModel: response.model)
            return (vector, embedder)
        case .streamed: throw GatewayFailure(.internalError, "A vector came in pieces.")
        case .failed(let failure): throw failure
        }
    }

    /// Nothing of the caller's options goes with it but his metadata, which the row has too, and his trace: keys go where they
    /// were named for. It lies below the look into the cache.
    private func asking(_ text: String) throws(GatewayFailure) -> GatewayCall {
        var options = CallOptions()
        switch rule.source {
        case .virtualKey(let name): options.virtualKey = name
        case .provider(let id): options.provider = id
        }
        options.traceID = traceID
        options.traceParent = call.options.traceParent
        if let traceID, let spanID {
            options.parentSpanID = String(spanID: TraceContext(traceID: traceID, spanID: spanID).cacheSpanID)
        }
        options.metadata = call.options.metadata
        options.requestTimeoutMilliseconds = min(Self.limitMilliseconds, call.options.requestTimeoutMilliseconds ?? .max)
        guard let document = try? JSONDocument(body(of: text)) else {
            throw GatewayFailure(.internalError, "The request for a vector was no JSON.")
        }
        return GatewayCall(
            operation: .embeddings, document: document, request: document.root, options: options, peer: call.peer,
            policy: call.policy)
    }

    private func body(of text: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("model")
        json.string(rule.model)
        json.key("input")
        json.string(text)
        json.key("encoding_format")
        json.string("float")
        if let dimensions = rule.dimensions {
            json.key("dimensions")
            json.int(dimensions)
        }
        json.endObject()
        return json.bytes
    }

    private func vector(in body: [UInt8]) throws(GatewayFailure) -> [Float] {
        let what: String
        if let document = try? JSONDocument(body), let data = document.find("data", in: document.root),
            let first = document.elements(of: data).first(where: { _ in true }),
            let numbers = document.find("embedding", in: first)
        {
            let elements = document.elements(of: numbers).map { document.double($0).map { Float($0) } }
            let vector = elements.compactMap { $0 }
            if vector.isEmpty || vector.count != elements.count || !vector.allSatisfy(\.isFinite) {
                what = "has something else than numbers in its vector"
            } else if vector.allSatisfy({ $0 == 0 }) {
                what = "has a vector without a direction"
            } else if let dimensions = rule.dimensions, vector.count != dimensions {
                what = "has \(vector.count) dimensions, not the \(dimensions) that were asked for"
            } else {
                return vector
            }
        } else {
            what = "has no vector in it"
        }
        throw GatewayFailure(.upstreamError, "The answer of \(rule.model) \(what).")
    }
}

/// For calls that have no stream.
private final class NoChunks: ChunkSink {
    func send(_ batch: borrowing ChunkBatch) async {}
}
