// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// A streamed answer as `chat.completion.chunk`s. Text, thinking and arguments are copied as the raw strings they came as; in the
/// steady state a chunk allocates nothing.
///
/// Unless compliance is strict, `delta.content_blocks` carries `{index, delta}` pieces of blocks that text and tool calls can't
/// stand for, and of all blocks behind the first such one: a block's first piece is the block as it began.
struct AnthropicChatStream {
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

    mutating func receive(_ bytes: [UInt8], into batch: inout ChunkBatch) {
        events.receive(bytes)
        translate(into: &batch)
    }

    mutating func finish(into batch: inout ChunkBatch) {
        events.finish()
        translate(into: &batch)
    }

    private mutating func translate(into batch: inout ChunkBatch) {
        while let event = events.next(into: &batch) {
            // Gone before the next event comes: nothing below keeps it.
            let document = events.document
            switch event {
            case .messageStart: messageStart(document, &batch)
            case .blockStart: blockStart(document, &batch)
            case .blockDelta: blockDelta(document, &batch)
            case .blockStop: blockStop(document, &batch)
            case .messageDelta: messageDelta(document, &batch)
            case .messageStop: messageStop(document, &batch)
            case .other: continue
            }
        }
    }

    // MARK: Events

    private mutating func messageStart(_ document: JSONDocument, _ batch: inout ChunkBatch) {
        if let message = document.find("message", in: document.root) {
            let id = document.string("id", in: message).map(document.raw) ?? Self.noID[...]
            let answers = document.find("model", in: message).flatMap(document.string)
            chunk = AnthropicChunkWriter(id: id, model: answers ?? model, created: created)
        }
        var json = chunk.beginDelta(&batch)
        json.key("role")
        json.string("assistant")
        json.key("content")
        json.string("")
        chunk.end(&json, &batch)
    }

    private mutating func blockStart(_ document: JSONDocument, _ batch: inout ChunkBatch) {
        guard let block = document.find("content_block", in: document.root), let index = blockIndex(document) else { return }
        let type = document.find("type", in: block)
        func isType(_ name: StaticString) -> Bool { type.map { document.isString($0, name) } ?? false }
        if isType("tool_use") { return toolStart(block, index, document, &batch) }
        let text = isType("text") ? document.string("text", in: block) : nil
        if text == nil || document.find("citations", in: block).map({ !document.isNull($0) }) ?? false { showsBlocks = lenient }
        let thinking = lenient && isType("thinking") ? document.string("thinking", in: block) : nil
        if !showsBlocks, text.map(document.isEmptyString) ?? true { return }
        var json = chunk.beginDelta(&batch)
        write(text: text, thinking: thinking, of: document, to: &json)
        if showsBlocks { writePiece(document.raw(block), index, to: &json) }
        chunk.end(&json, &batch)
    }

    private mutating func blockDelta(_ document: JSONDocument, _ batch: inout ChunkBatch) {
        guard let delta = document.find("delta", in: document.root), let type = document.find("type", in: delta) else { return }
        if document.isString(type, "input_json_delta") { return inputDelta(delta, document, &batch) }
        let text = document.isString(type, "text_delta") ? document.string("text", in: delta) : nil
        if let citation = document.find("citation", in: delta) {
            annotations.add(citation, in: document)
            showsBlocks = lenient
        }
        if !showsBlocks, text.map(document.isEmptyString) ?? true { return }
        let thinking = lenient && document.isString(type, "thinking_delta") ? document.string("thinking", in: delta) : nil
        var json = chunk.beginDelta(&batch)
        write(text: text, thinking: thinking, of: document, to: &json)
        if showsBlocks, let index = blockIndex(document) { writePiece(of: delta, index, document, to: &json) }
        chunk.end(&json, &batch)
    }

    private mutating func blockStop(_ document: JSONDocument, _ batch: inout ChunkBatch) {
        let index = blockIndex(document)
        endTools(&batch) { $0 == index }
        annotations.endBlock()
        if annotations.isEmpty { return }
        var json = chunk.beginDelta(&batch)
        annotations.write(to: &json)
        chunk.end(&json, &batch)
    }

    private mutating func messageDelta(_ document: JSONDocument, _ batch: inout ChunkBatch) {
        endTools(&batch) { _ in true }
        guard let delta = document.find("delta", in: document.root), !hasFinished else { return }
        if AnthropicStop(in: document, of: delta).isKnown { finishChunk(of: delta, in: document, &batch) }
    }

    private mutating func messageStop(_ document: JSONDocument, _ batch: inout ChunkBatch) {
        if !hasFinished { finishChunk(of: document.root, in: document, &batch) }
        guard wantsUsageChunk, !events.usage.isEmpty else { return }
        var json = chunk.begin(&batch)
        json.endArray()
        json.key("usage")
        events.usage.write(to: &json, lenient: lenient)
        chunk.close(&json, &batch)
    }

    private mutating func finishChunk(of delta: JSONNode, in document: JSONDocument, _ batch: inout ChunkBatch) {
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
        if lenient { writeRest(of: delta, in: document, to: &json) }
        chunk.close(&json, &batch)
    }

    // MARK: Tool calls

    private mutating func toolStart(_ block: JSONNode, _ index: Int, _ document: JSONDocument, _ batch: inout ChunkBatch) {
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
        chunk.end(&json, &batch)
        toolCount += 1
    }

    private mutating func inputDelta(_ delta: JSONNode, _ document: JSONDocument, _ batch: inout ChunkBatch) {
        guard let index = blockIndex(document), let piece = document.string("partial_json", in: delta),
            !document.isEmptyString(piece)
        else { return }
        let tool = openTools.firstIndex { $0.block == index }
        if tool == nil, !showsBlocks { return }
        var json = chunk.beginDelta(&batch)
        if let tool {
            openTools[tool].hasPieces = true
            writeArguments(call: openTools[tool].call, to: &json)
            json.raw(document.raw(piece))
            endArguments(&json)
        }
        if showsBlocks { writePiece(of: delta, index, document, to: &json) }
        chunk.end(&json, &batch)
    }

    /// A call that no piece of input came for has the input that its block began with.
    private mutating func endTools(_ batch: inout ChunkBatch, where isEnding: (Int) -> Bool) {
        for tool in openTools where isEnding(tool.block) && !tool.hasPieces {
            var json = chunk.beginDelta(&batch)
            writeArguments(call: tool.call, to: &json)
            json.string(utf8: tool.input[...])
            endArguments(&json)
            chunk.end(&json, &batch)
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

    private func blockIndex(_ document: JSONDocument) -> Int? {
        document.find("index", in: document.root).flatMap(document.int)
    }

    private mutating func write(text: JSONNode?, thinking: JSONNode?, of document: JSONDocument, to json: inout JSONWriter) {
        if let text, !document.isEmptyString(text) {
            json.key("content")
            json.raw(document.raw(text))
            annotations.pass(document.raw(text))
        }
        if let thinking, !document.isEmptyString(thinking) {
            json.key("reasoning_content")
            json.raw(document.raw(thinking))
        }
    }

    /// A block as it began.
    private func writePiece(_ block: ArraySlice<UInt8>, _ index: Int, to json: inout JSONWriter) {
        beginPiece(index, &json)
        json.rawLine(block)
        endPiece(&json)
    }

    /// A delta as it came, without its type.
    private func writePiece(of delta: JSONNode, _ index: Int, _ document: JSONDocument, to json: inout JSONWriter) {
        beginPiece(index, &json)
        json.beginObject()
        for member in document.members(of: delta) where !document.isString(member.key, "type") {
            json.key(raw: document.raw(member.key))
            json.rawLine(document.raw(member.value))
        }
        json.endObject()
        endPiece(&json)
    }

    private func beginPiece(_ index: Int, _ json: inout JSONWriter) {
        json.key("content_blocks")
        json.beginArray()
        json.beginObject()
        json.key("index")
        json.int(index)
        json.key("delta")
    }

    private func endPiece(_ json: inout JSONWriter) {
        json.endObject()
        json.endArray()
    }

    /// What a `message_delta` says beside the stop and the usage (`container`, `context_management`).
    private func writeRest(of delta: JSONNode, in document: JSONDocument, to json: inout JSONWriter) {
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

extension JSONDocument {
    /// A member that is a string.
    fileprivate func string(_ key: StaticString, in object: JSONNode) -> JSONNode? {
        find(key, in: object).flatMap { kind($0) == .string ? $0 : nil }
    }

    fileprivate func isEmptyString(_ string: JSONNode) -> Bool { range(string).count <= 2 }
}
