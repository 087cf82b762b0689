// SPDX-License-Identifier: Apache-2.0

/// A provider's whole answer in the unified form: the bytes the caller gets, and what the gateway read in them.
package struct UnifiedResponse: Sendable {
    /// One JSON value without raw line breaks; the provider's own bytes where the dialects agree.
    package var body: [UInt8]
    package var usage: Usage
    /// The model that answered, as the provider names it.
    package var model: String?
    package init(body: [UInt8], usage: Usage = Usage(), model: String? = nil) {
        self.body = body
        self.usage = usage
        self.model = model
    }
}

/// Pieces of a stream in the unified form, back to back in one buffer that is reused from read to read.
///
/// Each piece is one JSON value without raw line breaks: a `chat.completion.chunk`, or an Anthropic stream event for `messages`.
package struct ChunkBatch: Sendable {
    /// All pieces, back to back.
    package var bytes: [UInt8] = []
    /// The end of each piece in `bytes`.
    package var ends: [Int] = []
    /// What the stream has said of its usage so far, merged.
    package var usage = Usage()
    /// Of all pieces so far, those that were forgotten too.
    package var measure = StreamMeasure()
    /// The model that answers, as the provider names it, once it was said.
    package var model: String?
    /// The dialect's own end mark was seen (`[DONE]`, `message_stop`).
    package var finished = false
    /// The provider reported an error inside the stream; pieces before it count.
    package var failure: GatewayFailure?

    package init() {}

    package var isEmpty: Bool { ends.isEmpty }
    package var count: Int { ends.count }

    /// Ends the piece that was written into `bytes` since the last one.
    package mutating func endChunk() {
        measure.add(chunkOf: bytes.count - (ends.last ?? 0))
        ends.append(bytes.count)
    }

    /// Forgets the pieces and keeps the room, the usage, the measure and the model.
    package mutating func removeChunks() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }
}
