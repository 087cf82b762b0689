// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import JSONBytes

/// A caller's request for one provider, as a dialect sees it: the caller's own bytes, and what the gateway decided about them.
package struct DialectCall: Sendable {
    package var operation: Operation
    /// The caller's whole line, indexed.
    package var document: JSONDocument
    /// `params.request` in it: the provider-neutral body.
    package var request: JSONNode
    /// The model to send: the caller's, or what the catalog says its alias stands for.
    package var model: String
    package var stream: Bool
    package var provider: Provider
    /// `options.strict_open_ai_compliance`: leave out what the OpenAI form has no place for (`content_blocks`,
    /// `reasoning_content`).
    package var strictOpenAICompliance: Bool
    /// Seconds since 1970 at which the call began: `created`, where the provider says nothing of the kind.
    package var createdSeconds: Int

    package init(
        operation: Operation, document: JSONDocument, request: JSONNode, model: String, stream: Bool, provider: Provider,
        strictOpenAICompliance: Bool = false, createdSeconds: Int = 0
    ) {
        self.operation = operation
        self.document = document
        self.request = request
        self.model = model
        self.stream = stream
        self.provider = provider
        self.strictOpenAICompliance = strictOpenAICompliance
        self.createdSeconds = createdSeconds
    }
}

/// How one family of providers is spoken to. Pure: values in, values out.
package protocol Dialect: Sendable {
    /// Turns the request into the provider's HTTP request. Bytes that need no change are passed on as they came.
    /// - Throws: `invalid_params` with the path (`request.messages[1].content`) of what can't be sent.
    func encode(_ call: DialectCall) throws(GatewayFailure) -> EncodedRequest

    /// Turns a whole 2xx answer into the unified form.
    /// - Throws: `upstream_error` (502) when the body is not what the dialect promises.
    func decode(_ body: [UInt8], of call: DialectCall) throws(GatewayFailure) -> UnifiedResponse

    /// A decoder for the streamed answer to this call.
    func streamDecoder(for call: DialectCall) -> any StreamDecoder
}

/// Turns a streamed body, cut anywhere, into unified chunks. Used by one task at a time, hence neither locked nor Sendable.
package protocol StreamDecoder: AnyObject {
    /// Takes the next bytes of the body; whole chunks that they complete are appended to `batch`.
    func receive(_ bytes: [UInt8], into batch: inout ChunkBatch)
    /// The body has ended: what is still pending counts.
    /// `batch.finished` then says whether the dialect's own end was seen; without it the stream was cut short.
    func finish(into batch: inout ChunkBatch)
}
