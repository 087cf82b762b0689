// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Decodes the streamed answer to a chat completion.
final class AnthropicChatStreamDecoder: StreamDecoder {
    private var stream: AnthropicChatStream

    init(for call: DialectCall) { stream = AnthropicChatStream(for: call) }

    func receive(_ bytes: [UInt8], into batch: inout ChunkBatch) { stream.receive(bytes, into: &batch) }

    func finish(into batch: inout ChunkBatch) { stream.finish(into: &batch) }
}

/// The stream of a native call: each event's data goes on as it came.
final class AnthropicNativeStreamDecoder: StreamDecoder {
    private var events = AnthropicEvents()

    func receive(_ bytes: [UInt8], into batch: inout ChunkBatch) {
        events.receive(bytes)
        pass(into: &batch)
    }

    func finish(into batch: inout ChunkBatch) {
        events.finish()
        pass(into: &batch)
    }

    private func pass(into batch: inout ChunkBatch) {
        while events.next(into: &batch) != nil {
            let start = batch.bytes.count
            batch.bytes.append(contentsOf: events.document.bytes)
            replaceLineBreaks(in: &batch.bytes, from: start)
            batch.endChunk()
        }
    }
}
