// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import JSONBytes

/// Passes the chunks of a chat completion's stream on as they came, and reads in them what the gateway needs: usage, model,
/// errors, the end. In steady state a chunk costs a check of its JSON and no allocation.
///
/// `[DONE]` ends the stream; many providers never send it, so a stream whose body ended after a finish reason counts as finished
/// too. A provider that answers with a plain JSON body instead (an error, most often) fails with what it says.
package final class OpenAIStreamDecoder: StreamDecoder {
    /// A struct, so that its parts are reached without the checks and the reference counting that a class's own fields cost.
    private var state: OpenAIStream

    package init(provider: Provider) { state = OpenAIStream(provider: provider) }
    package func receive(_ bytes: [UInt8], into batch: inout ChunkBatch) { state.receive(bytes, into: &batch) }
    package func finish(into batch: inout ChunkBatch) { state.finish(into: &batch) }
}

private struct OpenAIStream {
    private let provider: Provider
    private var events = SSEDecoder()
    private var document = JSONDocument()
    /// Whether the body is plain JSON, known from its first byte that is no white space.
    private var isPlain: Bool?
    private var plain: [UInt8] = []
    private var pattern = ChunkPattern()
    private var sawFinishReason = false
    /// `[DONE]` or a failure: what comes behind counts for nothing.
    private var ended = false

    init(provider: Provider) { self.provider = provider }

    mutating func receive(_ bytes: [UInt8], into batch: inout ChunkBatch) {
        if ended { return }
        if isPlain == nil { isPlain = bytes.first { $0 > 0x20 }.map { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") } }
        if isPlain == true {
            plain += bytes
            if plain.count > events.limit { failPlain(&batch) }
        } else {
            events.receive(bytes)
            batch.bytes.reserveCapacity(batch.bytes.count + bytes.count)
            takeEvents(into: &batch)
        }
    }

    mutating func finish(into batch: inout ChunkBatch) {
        if ended { return }
        if isPlain == true { return failPlain(&batch) }
        events.finish()
        takeEvents(into: &batch)
        if !ended, sawFinishReason { batch.finished = true }
        ended = true
    }

    private mutating func takeEvents(into batch: inout ChunkBatch) {
        while !ended, let event = events.next() { take(event, into: &batch) }
        if !ended, events.isOverLimit {
            fail(brokenAnswer(of: provider, [], "sent an event of more than \(events.limit) bytes"), &batch)
        }
    }

    private mutating func take(_ event: SSEEvent, into batch: inout ChunkBatch) {
        if event.data.isEmpty { return }
        if event.data.first == UInt8(ascii: "["), event.data.starts(with: "[DONE]".utf8) {
            batch.finished = true
            ended = true
            return
        }
        if event.name.isEmpty, pattern.matches(event.data) { return pass(event, to: &batch) }
        do { try document.load(event.data) } catch {
            return fail(brokenAnswer(of: provider, event.data, "sent a chunk that is not JSON (\(error))"), &batch)
        }
        let root = document.root
        if document.kind(root) != .object {
            return fail(brokenAnswer(of: provider, event.data, "sent a chunk that is not an object"), &batch)
        }
        if hasError(document, root) || event.isNamed("error") {
            return fail(reportedFailure(document, root, provider: provider), &batch)
        }
        read(root, into: &batch)
        pass(event, to: &batch)
    }

    private func pass(_ event: SSEEvent, to batch: inout ChunkBatch) {
        let start = batch.bytes.count
        batch.bytes.append(contentsOf: event.data)
        if event.isJoined { replaceLineBreaks(in: &batch.bytes, from: start) }
        batch.endChunk()
    }

    private mutating func read(_ root: JSONNode, into batch: inout ChunkBatch) {
        if batch.model == nil { batch.model = openAIModel(document, root) }
        let isLast = document.find("choices", in: root).map { hasFinishReason($0) } ?? false
        if isLast {
            sawFinishReason = true
            readGroqUsage(document, root, into: &batch.usage)
        }
        let before = batch.usage
        readOpenAIUsage(document, root, into: &batch.usage)
        let hasUsage = document.find("usage", in: root).map { !document.isNull($0) } ?? false
        pattern.learn(document, isPlain: !isLast && !hasUsage && batch.usage == before)
    }

    private func hasFinishReason(_ choices: JSONNode) -> Bool {
        for choice in document.elements(of: choices) {
            if let reason = document.find("finish_reason", in: choice), document.kind(reason) == .string { return true }
        }
        return false
    }

    private mutating func failPlain(_ batch: inout ChunkBatch) {
        if let whole = try? JSONDocument(plain), hasError(whole, whole.root) {
            fail(reportedFailure(whole, whole.root, provider: provider), &batch)
        } else {
            fail(brokenAnswer(of: provider, plain[...], "answered with a whole body where a stream was asked for"), &batch)
        }
    }

    private mutating func fail(_ failure: GatewayFailure, _ batch: inout ChunkBatch) {
        batch.failure = failure
        ended = true
    }
}
