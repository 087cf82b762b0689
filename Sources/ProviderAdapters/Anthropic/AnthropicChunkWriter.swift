// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Writes `chat.completion.chunk`s into a batch's own room. What all chunks of a stream have in common is written once.
struct AnthropicChunkWriter {
    /// Each chunk up to its choices' opening bracket, and on into the delta of the only choice.
    private let head: [UInt8]
    private let deltaHead: [UInt8]
    /// From the delta's closing bracket to the end of a chunk that does not end the answer.
    private let tail: [UInt8]

    /// - Parameter id: the message's, as a JSON string.
    init(id: ArraySlice<UInt8>, model: String, created: Int) {
        var json = JSONWriter(reserving: 160)
        json.beginObject()
        json.key("id")
        json.raw(id)
        json.key("object")
        json.string("chat.completion.chunk")
        json.key("created")
        json.int(created)
        json.key("model")
        json.string(model)
        json.key("choices")
        json.beginArray()
        head = json.bytes
        json.raw(#"{"index":0,"delta":{"#)
        deltaHead = json.bytes
        tail = Array(#"},"logprobs":null,"finish_reason":null}]}"#.utf8)
    }

    /// Begins a chunk inside its choices. Until `close`, or `end` after `beginDelta`, the batch's bytes are away.
    func begin(_ batch: inout ChunkBatch) -> JSONWriter { begin(head, &batch) }

    /// Begins a chunk inside its delta.
    func beginDelta(_ batch: inout ChunkBatch) -> JSONWriter { begin(deltaHead, &batch) }

    private func begin(_ head: [UInt8], _ batch: inout ChunkBatch) -> JSONWriter {
        var bytes: [UInt8] = []
        swap(&bytes, &batch.bytes)
        bytes.append(contentsOf: head)
        return JSONWriter(appendingTo: consume bytes)
    }

    /// Ends a chunk, which does not end the answer, inside its delta.
    func end(_ json: inout JSONWriter, _ batch: inout ChunkBatch) {
        json.bytes.append(contentsOf: tail)
        giveBack(&json, &batch)
    }

    /// Ends a chunk behind its choices and what follows them.
    func close(_ json: inout JSONWriter, _ batch: inout ChunkBatch) {
        json.endObject()
        giveBack(&json, &batch)
    }

    private func giveBack(_ json: inout JSONWriter, _ batch: inout ChunkBatch) {
        swap(&json.bytes, &batch.bytes)
        batch.endChunk()
    }
}

extension JSONWriter {
    /// Raw JSON that may have line breaks between its tokens.
    mutating func rawLine(_ value: ArraySlice<UInt8>) {
        let start = bytes.count
        raw(value)
        replaceLineBreaks(in: &bytes, from: start)
    }

    /// A value if it is a string, else the empty one.
    mutating func stringOrEmpty(_ node: JSONNode?, in document: JSONDocument) {
        if let node, document.kind(node) == .string { raw(document.raw(node)) } else { string("") }
    }

    /// One string out of several ones' raw inner bytes: their escapes travel as they are. Only as a member's value.
    mutating func joined(_ strings: [JSONNode], of document: JSONDocument) {
        bytes.append(UInt8(ascii: "\""))
        for string in strings { bytes.append(contentsOf: document.raw(string).dropFirst().dropLast()) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The members of a tool call up to its arguments, which the caller writes, with both closing brackets.
    mutating func toolCallHead(of block: JSONNode, in document: JSONDocument) {
        key("id")
        stringOrEmpty(document.find("id", in: block), in: document)
        key("type")
        string("function")
        key("function")
        beginObject()
        key("name")
        stringOrEmpty(document.find("name", in: block), in: document)
        key("arguments")
    }
}
