// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import JSONBytes

/// Chat completions and embeddings as OpenAI documents them: the unified form itself. So bytes pass through in both directions,
/// apart from what the provider's entry in the catalog declares; unknown fields, key order and number lexemes are the caller's
/// and the provider's own.
package struct OpenAIDialect: Dialect {
    package init() {}

    package func encode(_ call: DialectCall) throws(GatewayFailure) -> EncodedRequest {
        guard call.operation != .messages, let path = call.provider.paths[call.operation] else {
            throw .unsupported(call.operation, by: call.provider)
        }
        if call.operation == .models { return EncodedRequest(path: path, fields: call.provider.headers, body: []) }
        guard call.document.kind(call.request) == .object else {
            throw .invalidParams("request", "request must be an object: the body of \(call.operation.rawValue).")
        }
        var edits = JSONSplicer(call.document, within: call.request)
        setModel(of: call, in: &edits)
        let dropped = apply(call.provider.parameters, to: call, in: &edits)
        // Without edits the caller's line is shared, not copied.
        let body = edits.isEmpty ? call.document.raw(call.request) : edits.bytes()[...]
        return EncodedRequest(path: path, fields: fields(for: call), body: body, droppedParams: dropped)
    }

    package func decode(_ body: [UInt8], of call: DialectCall) throws(GatewayFailure) -> UnifiedResponse {
        let document: JSONDocument
        do { document = try JSONDocument(body) } catch {
            throw brokenAnswer(of: call.provider, body[...], "answered with a body that is not JSON (\(error))")
        }
        let root = document.root
        if call.operation == .models, !hasError(document, root) { return UnifiedResponse(body: onOneLine(body)) }
        let content: StaticString = call.operation == .embeddings ? "data" : "choices"
        guard document.find(content, in: root) != nil else {
            if hasError(document, root) { throw reportedFailure(document, root, provider: call.provider) }
            throw brokenAnswer(of: call.provider, body[...], "answered without \(content)")
        }
        var usage = Usage()
        readOpenAIUsage(document, root, into: &usage)
        return UnifiedResponse(body: onOneLine(body), usage: usage, model: openAIModel(document, root))
    }

    package func streamDecoder(for call: DialectCall) -> any StreamDecoder { OpenAIStreamDecoder(provider: call.provider) }

    private func fields(for call: DialectCall) -> [HTTPField] {
        [HTTPField("content-type", "application/json")] + call.provider.headers
    }
}

extension GatewayFailure {
    /// The provider's API has nothing for the operation.
    static func unsupported(_ operation: Operation, by provider: Provider) -> GatewayFailure {
        .invalidParams(
            "options.provider", "`\(provider.id)` can't do \(operation.rawValue). Use a provider whose entry has a path for it.")
    }
}

/// Most providers send one line: then the body is not copied.
private func onOneLine(_ body: [UInt8]) -> [UInt8] {
    let hasBreak = body.withUnsafeBytes { text in
        position(of: 0x0A, in: text, 0..<text.count) != nil || position(of: 0x0D, in: text, 0..<text.count) != nil
    }
    guard hasBreak else { return body }
    var bytes = body
    replaceLineBreaks(in: &bytes)
    return bytes
}
