// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// The events of a streamed answer, indexed one at a time, with what every reader needs read off: model, usage, end, error.
struct AnthropicEvents {
    enum Event {
        case messageStart, blockStart, blockDelta, blockStop, messageDelta, messageStop
        /// `ping`, and what is not known yet.
        case other
    }

    private var events = SSEDecoder()
    private var isOver = false
    private var bodyHasEnded = false
    /// The event at hand. Take no copy of it that outlives the event: the next one would have to move.
    private(set) var document = JSONDocument()
    private(set) var usage = AnthropicUsage()

    mutating func receive(_ bytes: [UInt8]) { events.receive(bytes) }

    mutating func finish() {
        bodyHasEnded = true
        events.finish()
    }

    /// The next event, or nil when more bytes are needed or nothing more counts.
    mutating func next(into batch: inout ChunkBatch) -> Event? {
        while !isOver, let event = events.next() {
            if event.data.isEmpty { continue }
            do { try document.load(event.data) } catch {
                isOver = true
                // The end of the body cut it off: then the missing `message_stop` tells.
                if bodyHasEnded { return nil }
                batch.failure = AnthropicFailure.unreadable("The provider streamed an event that is not JSON (\(error)).")
                return nil
            }
            return note(into: &batch)
        }
        return nil
    }

    private mutating func note(into batch: inout ChunkBatch) -> Event? {
        let root = document.root
        let type = document.find("type", in: root)
        func isType(_ name: StaticString) -> Bool { type.map { document.isString($0, name) } ?? false }
        if isType("content_block_delta") { return .blockDelta }
        if isType("content_block_start") { return .blockStart }
        if isType("content_block_stop") { return .blockStop }
        if isType("message_start") {
            guard let message = document.find("message", in: root) else { return .other }
            if let model = document.find("model", in: message).flatMap(document.string) { batch.model = model }
            readUsage(of: message, into: &batch)
            return .messageStart
        }
        if isType("message_delta") {
            readUsage(of: root, into: &batch)
            return .messageDelta
        }
        if isType("message_stop") {
            isOver = true
            batch.finished = true
            return .messageStop
        }
        if let failure = AnthropicFailure.told(by: document) {
            isOver = true
            batch.failure = failure
            return nil
        }
        return .other
    }

    private mutating func readUsage(of node: JSONNode, into batch: inout ChunkBatch) {
        guard let reported = document.find("usage", in: node) else { return }
        usage.read(reported, in: document)
        batch.usage.merge(usage.usage)
    }
}
