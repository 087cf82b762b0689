// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Routing

/// Vectors from a provider, for a config whose cache names one: a call of its own, on behalf of the caller and under his policy.
extension GatewayEngine {
    func embed(for call: GatewayCall) -> SemanticCache.Embed {
        { [weak self] (rule, text) async throws(GatewayFailure) in
            guard let self else { throw .callCancelled }
            return try await vector(of: text, rule, for: call)
        }
    }

    private func vector(of text: String, _ rule: EmbeddingsRule, for call: GatewayCall) async throws(GatewayFailure) -> [Float] {
        var options = CallOptions()
        switch rule.source {
        case .virtualKey(let name): options.virtualKey = name
        case .provider(let id): options.provider = id
        }
        options.traceID = call.options.traceID
        guard let document = try? JSONDocument(body(of: text, rule)) else {
            throw GatewayFailure(.internalError, "The request for a vector was no JSON.")
        }
        let (end, _) = await perform(
            GatewayCall(
                operation: Operation(rawValue: "embeddings.create") ?? .chat, document: document, request: document.root, options: options, peer: call.peer,
                policy: call.policy), chunks: NoChunks())
        switch end {
        case .response(let response): return try vector(in: response.body)
        case .streamed: throw GatewayFailure(.internalError, "A vector came in pieces.")
        case .failed(let failure): throw failure
        }
    }

    private func body(of text: String, _ rule: EmbeddingsRule) -> [UInt8] {
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
        guard let document = try? JSONDocument(body), let data = document.find("data", in: document.root),
            let first = document.elements(of: data).first(where: { _ in true }),
            let numbers = document.find("embedding", in: first)
        else { throw GatewayFailure(.upstreamError, "The provider's answer has no vector in it.") }
        let vector = document.elements(of: numbers).compactMap { document.double($0).map { Float($0) } }
        if vector.isEmpty { throw GatewayFailure(.upstreamError, "The provider's answer has an empty vector in it.") }
        return vector
    }
}

/// For calls that have no stream.
private final class NoChunks: ChunkSink {
    func send(_ batch: borrowing ChunkBatch) async {}
}
