// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import JSONBytes

/// Anthropic's Messages API: `messages.create` passes byte for byte, chat completions are translated both ways.
package struct AnthropicDialect: Dialect {
    package init() {}

    /// The paths below `/v1`, for a provider of this dialect that names none.
    package static let defaultPaths: [Operation: String] = [.chat: "/messages", .messages: "/messages", .models: "/models"]

    /// What `max_tokens` is for this model when the caller does not say it.
    package static func defaultMaxTokens(for model: String) -> Int { AnthropicModel(model).defaultMaxTokens }

    package func encode(_ call: DialectCall) throws(GatewayFailure) -> EncodedRequest {
        switch call.operation {
        case .chat:
            var request = AnthropicRequest(call)
            let body = try request.body()
            return encoded(call, body: body[...], betas: request.betas, droppedParams: request.dropped)
        case .messages: return encoded(call, body: native(call))
        case .embeddings: throw .unsupported(call.operation, by: call.provider)
        case .models: return encoded(call, body: [])
        }
    }

    package func decode(_ body: [UInt8], of call: DialectCall) throws(GatewayFailure) -> UnifiedResponse {
        let document: JSONDocument
        do { document = try JSONDocument(body) } catch {
            throw AnthropicFailure.unreadable("The provider's answer is not JSON (\(error)).")
        }
        if let failure = AnthropicFailure.told(by: document), document.find("content", in: document.root) == nil { throw failure }
        switch call.operation {
        case .chat: return try AnthropicMessage(document, of: call).unified()
        case .messages: return try AnthropicMessage(document, of: call).native()
        // None was asked for.
        case .embeddings: throw AnthropicFailure.unreadable("The provider answered with vectors.")
        case .models: return try AnthropicModelList.unified(document)
        }
    }

    package func streamDecoder(for call: DialectCall) -> any StreamDecoder {
        call.operation == .messages ? AnthropicNativeStreamDecoder() : AnthropicChatStreamDecoder(for: call)
    }

    /// The caller's own bytes; only a model that an alias stood for is put in its place.
    private func native(_ call: DialectCall) -> ArraySlice<UInt8> {
        let asked = call.document.find("model", in: call.request).flatMap(call.document.string)
        if asked == call.model { return call.document.raw(call.request) }
        var name = JSONWriter()
        name.string(call.model)
        var edit = JSONSplicer(call.document, within: call.request)
        edit.set("model", to: name.bytes, in: call.request)
        return edit.bytes()[...]
    }

    private func encoded(
        _ call: DialectCall, body: ArraySlice<UInt8>, betas: [String] = [], droppedParams: [String] = []
    ) -> EncodedRequest {
        var fields = call.provider.headers
        func isSet(_ name: String) -> Bool { fields.contains { $0.name.lowercased() == name } }
        if !body.isEmpty, !isSet("content-type") { fields.append(HTTPField("content-type", "application/json")) }
        if !isSet("anthropic-version") { fields.append(HTTPField("anthropic-version", "2023-06-01")) }
        if !betas.isEmpty {
            let value = betas.joined(separator: ",")
            if let index = fields.firstIndex(where: { $0.name.lowercased() == "anthropic-beta" }) {
                fields[index].value += ",\(value)"
            } else {
                fields.append(HTTPField("anthropic-beta", value))
            }
        }
        let path = call.provider.paths[call.operation] ?? Self.defaultPaths[call.operation] ?? "/messages"
        return EncodedRequest(path: path, fields: fields, body: body, droppedParams: droppedParams)
    }
}
