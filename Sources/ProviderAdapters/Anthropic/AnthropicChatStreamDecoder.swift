// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// A streamed answer as `chat.completion.chunk`s. Text, thinking and arguments are copied as the raw strings they came as; in the
/// steady state a chunk allocates nothing.
///
/// Unless compliance is strict, `delta.content_blocks` carries `{index, delta}` pieces of blocks that text and tool calls can't
/// stand for, and of all blocks behind the first such one: a block's first piece is the block as it began.
final class AnthropicChatStreamDecoder: StreamDecoder {
    private struct ToolUse {
        let block: Int
        let call: Int
        /// What the block began with; it counts when no pieces follow.
        let input: [UInt8]
        var hasPieces = false
    }

    private var events = AnthropicEvents()
    private let lenient: Bool
    private let created: Int
    /// The caller wants the usage in a last chunk without choices.
    private let wantsUsageChunk: Bool
    private let model: String
    private var chunk: AnthropicChunkWriter
    private var openTools: [ToolUse] = []
    private var toolCount = 0
    private var annotations = AnthropicAnnotations()
    private var showsBlocks = false
    private var hasFinished = false

    init(for call: DialectCall) {
        lenient = !call.strictOpenAICompliance
        created = call.createdSeconds
        model = call.model
        let wanted = call.document.find(path: "stream_options", "include_usage", in: call.request)
        wantsUsageChunk = wanted.flatMap(call.document.bool) ?? false
        chunk = AnthropicChunkWriter(id: Self.noID[...], model: model, created: created)
    }

    private static let noID = Array("\"\"".utf8)

    func receive(_ bytes: [UInt8], into batch: inout ChunkBatch) {
        events.receive(bytes)
        translate(into: &batch)
    }

    func finish(into batch: inout ChunkBatch) {
        events.finish()
        translate(into: &batch)
    }

    private func translate(into batch: inout ChunkBatch) {
        while let event = events.next(into: &batch) {
            switch event {
            case .messageStart: messageStart(&batch)
            case .blockStart: blockStart(&batch)
            case .blockDelta: blockDelta(&batch)
            case .blockStop: blockStop(&batch)
            case .messageDelta: messageDelta(&batch)
            case .messageStop: messageStop(&batch)
            case .other: continue
            }
        }
    }

    private var document: JSONDocument { events.document }

    // MARK: Events

    private func messageStart(_ batch: inout ChunkBatch) {
        if let message = document.find("message", in: document.root) {
            let id = string("id", in: message).map(document.raw) ?? Self.noID[...]
            let answers = document.find("model", in: message).flatMap(document.string)
            chunk = AnthropicChunkWriter(id: id, model: answers ?? model, created: created)
        }
        var json = chunk.beginDelta(&batch)
        json.key("role")
        json.string("assistant")
        json.key("content")
        json.string("")
        chunk.end(json, &batch)
    }

    private func blockStart(_ batch: inout ChunkBatch) {
        guard let block = document.find("content_block", in: document.root), let index = blockIndex else { return }
        let type = document.find("type", in: block)
        func isType(_ name: StaticString) -> Bool { type.map { document.isString($0, name) } ?? false }
        if isType("tool_use") { return toolStart(block, index, &batch) }
        let text = isType("text") ? string("text", in: block) : nil
        if text == nil || document.find("citations", in: block).map({ !document.isNull($0) }) ?? false { showsBlocks = lenient }
        let thinking = lenient && isType("thinking") ? string("thinking", in: block) : nil
        if !showsBlocks, text.map(isEmpty) ?? true { return }
        var json = chunk.beginDelta(&batch)
        write(text: text, thinking: thinking, to: &json)
        if showsBlocks { writePiece(document.raw(block), index, to: &json) }
        chunk.end(json, &batch)
    }

    private func blockDelta(_ batch: inout ChunkBatch) {
        guard let delta = document.find("delta", in: document.root), let type = document.find("type", in: delta) else { return }
        if document.isString(type, "input_json_delta") { return inputDelta(delta, &batch) }
        let text = document.isString(type, "text_delta") ? string("text", in: delta) : nil
        if let citation = document.find("citation", in: delta) {
            annotations.add(citation, in: document)
            showsBlocks = lenient
        }
        if !showsBlocks, text.map(isEmpty) ?? true { return }
        let thinking = lenient && document.isString(type, "thinking_delta") ? string("thinking", in: delta) : nil
        var json = chunk.beginDelta(&batch)
        write(text: text, thinking: thinking, to: &json)
        if showsBlocks, let index = blockIndex { writePiece(of: delta, index, to: &json) }
        chunk.end(json, &batch)
    }

    private func blockStop(_ batch: inout ChunkBatch) {
        endTools(&batch) { $0 == blockIndex }
        annotations.endBlock()
        if annotations.isEmpty { return }
        var json = chunk.beginDelta(&batch)
        annotations.write(to: &json)
        chunk.end(json, &batch)
    }

    private func messageDelta(_ batch: inout ChunkBatch) {
        endTools(&batch) { _ in true }
        guard let delta = document.find("delta", in: document.root), !hasFinished else { return }
        if AnthropicStop(in: document, of: delta).isKnown { finishChunk(of: delta, &batch) }
    }

    private func messageStop(_ batch: inout ChunkBatch) {
        if !hasFinished { finishChunk(of: document.root, &batch) }
        guard wantsUsageChunk, !events.usage.isEmpty else { return }
        var json = chunk.begin(&batch)
        json.endArray()
        json.key("usage")
        events.usage.write(to: &json, lenient: lenient)
        chunk.close(json, &batch)
    }

    private func finishChunk(of delta: JSONNode, _ batch: inout ChunkBatch) {
        hasFinished = true
        var json = chunk.beginDelta(&batch)
        json.endObject()
        json.key("logprobs")
        json.null()
        AnthropicStop(in: document, of: delta).write(to: &json, lenient: lenient)
        json.endObject()
        json.endArray()
        if !wantsUsageChunk, !events.usage.isEmpty {
            json.key("usage")
            events.usage.write(to: &json, lenient: lenient)
        }
        if lenient { writeRest(of: delta, to: &json) }
        chunk.close(json, &batch)
    }

    // MARK: Tool calls

    private func toolStart(_ block: JSONNode, _ index: Int, _ batch: inout ChunkBatch) {
        let input = document.find("input", in: block).map { Array(document.raw($0)) } ?? Array("{}".utf8)
        openTools.append(ToolUse(block: index, call: toolCount, input: input))
        var json = chunk.beginDelta(&batch)
        json.key("tool_calls")
        json.beginArray()
        json.beginObject()
        json.key("index")
        json.int(toolCount)
        json.toolCallHead(of: block, in: document)
        json.string("")
        json.endObject()
        json.endObject()
        json.endArray()
        if showsBlocks { writePiece(document.raw(block), index, to: &json) }
        chunk.end(json, &batch)
        toolCount += 1
    }

    private func inputDelta(_ delta: JSONNode, _ batch: inout ChunkBatch) {
        guard let index = blockIndex, let piece = string("partial_json", in: delta), !isEmpty(piece) else { return }
        let tool = openTools.firstIndex { $0.block == index }
        if tool == nil, !showsBlocks { return }
        var json = chunk.beginDelta(&batch)
        if let tool {
            openTools[tool].hasPieces = true
            writeArguments(call: openTools[tool].call, to: &json)
            json.raw(document.raw(piece))
            endArguments(&json)
        }
        if showsBlocks { writePiece(of: delta, index, to: &json) }
        chunk.end(json, &batch)
    }

    /// A call that no piece of input came for has the input that its block began with.
    private func endTools(_ batch: inout ChunkBatch, where isEnding: (Int) -> Bool) {
        for tool in openTools where isEnding(tool.block) && !tool.hasPieces {
            var json = chunk.beginDelta(&batch)
            writeArguments(call: tool.call, to: &json)
            json.string(utf8: tool.input[...])
            endArguments(&json)
            chunk.end(json, &batch)
        }
        openTools.removeAll { isEnding($0.block) }
    }

    private func writeArguments(call: Int, to json: inout JSONWriter) {
        json.key("tool_calls")
        json.beginArray()
        json.beginObject()
        json.key("index")
        json.int(call)
        json.key("function")
        json.beginObject()
        json.key("arguments")
    }

    private func endArguments(_ json: inout JSONWriter) {
        json.endObject()
        json.endObject()
        json.endArray()
    }

    // MARK: Pieces of a delta

    private func isEmpty(_ string: JSONNode) -> Bool { document.range(string).count <= 2 }

    private var blockIndex: Int? { document.find("index", in: document.root).flatMap(document.int) }

    private func string(_ key: StaticString, in node: JSONNode) -> JSONNode? {
        document.find(key, in: node).flatMap { document.kind($0) == .string ? $0 : nil }
    }

    private func write(text: JSONNode?, thinking: JSONNode?, to json: inout JSONWriter) {
        if let text, !isEmpty(text) {
            json.key("content")
            json.raw(document.raw(text))
            annotations.pass(document.raw(text))
        }
        if let thinking, !isEmpty(thinking) {
            json.key("reasoning_content")
            json.raw(document.raw(thinking))
        }
    }

    private func writePiece(_ piece: ArraySlice<UInt8>, _ index: Int, to json: inout JSONWriter) {
        json.key("content_blocks")
        json.beginArray()
        json.beginObject()
        json.key("index")
        json.int(index)
        json.key("delta")
        json.rawLine(piece)
        json.endObject()
        json.endArray()
    }

    /// A delta as it came, without its type.
    private func writePiece(of delta: JSONNode, _ index: Int, to json: inout JSONWriter) {
        var piece = JSONWriter(reserving: 64)
        piece.beginObject()
        for member in document.members(of: delta) where !document.isString(member.key, "type") {
            piece.key(raw: document.raw(member.key))
            piece.raw(document.raw(member.value))
        }
        piece.endObject()
        writePiece(piece.bytes[...], index, to: &json)
    }

    /// What a `message_delta` says beside the stop and the usage (`container`, `context_management`).
    private func writeRest(of delta: JSONNode, to json: inout JSONWriter) {
        let known: Set<String> = ["type", "delta", "usage", "stop_reason", "stop_sequence", "stop_details"]
        for object in delta == document.root ? [delta] : [document.root, delta] {
            for member in document.members(of: object) where !document.isNull(member.value) {
                guard let key = document.string(member.key), !known.contains(key) else { continue }
                json.key(raw: document.raw(member.key))
                json.rawLine(document.raw(member.value))
            }
        }
    }
}
