// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Writes the chunks of a chat completion that is known whole. Each has what every provider repeats (id, created, model,
/// fingerprint, tier); what else the answer has beside its choices comes once, in the first.
struct ChunkWriter {
    private let document: JSONDocument
    private let saysUsage: Bool
    private let head: [UInt8]
    private var isFirst = true
    private var choice: JSONNode
    private var index = 0
    /// The choice's log probabilities, until they were written: with the first piece of its text, all of them.
    private var logprobs: JSONNode?
    private var hasLogprobs = false

    /// - Parameter saysUsage: the caller asked for it, so that it is null up to the last chunk.
    init(_ document: JSONDocument, saysUsage: Bool) {
        self.document = document
        self.saysUsage = saysUsage
        choice = document.root
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        for (key, value) in document.members(of: document.root) where Self.isRepeated(key, document) {
            json.key(raw: document.raw(key))
            if document.isString(key, "object") { json.string("chat.completion.chunk") } else { json.raw(document.raw(value)) }
        }
        head = json.bytes
    }

    private static func isRepeated(_ key: JSONNode, _ document: JSONDocument) -> Bool {
        let names: [StaticString] = ["id", "object", "created", "model", "system_fingerprint", "service_tier"]
        return names.contains { document.isString(key, $0) }
    }

    mutating func begin(_ choice: JSONNode, _ index: Int, isFirst: Bool) {
        self.choice = choice
        self.index = index
        self.isFirst = isFirst
        let node = document.find("logprobs", in: choice)
        hasLogprobs = node != nil
        logprobs = node.flatMap { document.isNull($0) ? nil : $0 }
    }

    /// A chunk that does not end its choice.
    /// - Parameters:
    ///   - hasTokens: it has text, with which log probabilities go.
    ///   - delta: writes the delta's members.
    mutating func chunk(_ batch: inout ChunkBatch, hasTokens: Bool = false, _ delta: (inout JSONWriter) -> Void) {
        JSONWriter.append(to: &batch.bytes) { json in
            beginChoice(&json)
            delta(&json)
            json.endObject()
            writeLogprobs(now: hasTokens, &json)
            json.key("finish_reason")
            json.null()
            endChoice(&json)
        }
        batch.endChunk()
        if hasTokens { logprobs = nil }
        isFirst = false
    }

    /// The chunk that ends the choice: the finish reason, and what else the choice has.
    mutating func finish(_ batch: inout ChunkBatch) {
        JSONWriter.append(to: &batch.bytes) { json in
            beginChoice(&json)
            json.endObject()
            writeLogprobs(now: true, &json)
            for (key, value) in document.members(of: choice) {
                let written: [StaticString] = ["index", "message", "delta", "logprobs"]
                if written.contains(where: { document.isString(key, $0) }) { continue }
                json.key(raw: document.raw(key))
                json.raw(document.raw(value))
            }
            endChoice(&json)
        }
        batch.endChunk()
    }

    func writeUsage(_ usage: JSONNode, _ batch: inout ChunkBatch) {
        JSONWriter.append(to: &batch.bytes) { json in
            json.raw(head)
            json.key("choices")
            json.raw("[]")
            json.key("usage")
            json.raw(document.raw(usage))
            json.endObject()
        }
        batch.endChunk()
    }

    private func beginChoice(_ json: inout JSONWriter) {
        json.raw(head)
        if isFirst {
            for (key, value) in document.members(of: document.root) where !Self.isRepeated(key, document) {
                if document.isString(key, "choices") || document.isString(key, "usage") { continue }
                json.key(raw: document.raw(key))
                json.raw(document.raw(value))
            }
        }
        json.key("choices")
        json.beginArray()
        json.beginObject()
        json.key("index")
        json.int(index)
        json.key("delta")
        json.beginObject()
    }

    private func endChoice(_ json: inout JSONWriter) {
        json.endObject()
        json.endArray()
        if saysUsage {
            json.key("usage")
            json.null()
        }
        json.endObject()
    }

    private func writeLogprobs(now: Bool, _ json: inout JSONWriter) {
        if !hasLogprobs { return }
        json.key("logprobs")
        if now, let logprobs { json.raw(document.raw(logprobs)) } else { json.null() }
    }
}
