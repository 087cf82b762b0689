// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// A whole answer of the Messages API, written as a `chat.completion`.
struct AnthropicMessage {
    private let document: JSONDocument
    private let call: DialectCall
    private let root: JSONNode
    private var usage = AnthropicUsage()
    private var texts: [JSONNode] = []
    private var toolUses: [JSONNode] = []
    private var thoughts: [JSONNode] = []
    /// There is a block that text and tool calls can't stand for.
    private var hasOtherBlocks = false

    /// - Throws: `upstream_error` when the body is no message.
    init(_ document: JSONDocument, of call: DialectCall) throws(GatewayFailure) {
        self.document = document
        self.call = call
        root = document.root
        guard let content = document.find("content", in: root), document.kind(content) == .array else {
            throw AnthropicFailure.unreadable("The provider's answer is not a message.")
        }
        if let reported = document.find("usage", in: root) { usage.read(reported, in: document) }
        if call.operation == .messages { return }
        for block in document.elements(of: content) { sort(block) }
    }

    private mutating func sort(_ block: JSONNode) {
        let type = document.find("type", in: block)
        func isType(_ name: StaticString) -> Bool { type.map { document.isString($0, name) } ?? false }
        if isType("text"), let text = document.find("text", in: block), document.kind(text) == .string {
            texts.append(block)
            if let citations = document.find("citations", in: block), !document.isNull(citations) { hasOtherBlocks = true }
        } else if isType("tool_use") {
            toolUses.append(block)
        } else {
            hasOtherBlocks = true
            if isType("thinking"), let thought = document.find("thinking", in: block), document.kind(thought) == .string {
                thoughts.append(thought)
            }
        }
    }

    private var model: String? { document.find("model", in: root).flatMap(document.string) }

    /// The provider's own form, as it came.
    func native() -> UnifiedResponse {
        var body = document.bytes
        replaceLineBreaks(in: &body)
        return UnifiedResponse(body: body, usage: usage.usage, model: model)
    }

    func unified() -> UnifiedResponse {
        var json = JSONWriter(reserving: document.bytes.count + 512)
        json.beginObject()
        json.key("id")
        json.stringOrEmpty(document.find("id", in: root), in: document)
        json.key("object")
        json.string("chat.completion")
        json.key("created")
        json.int(call.createdSeconds)
        json.key("model")
        json.string(model ?? call.model)
        json.key("choices")
        json.beginArray()
        writeChoice(to: &json)
        json.endArray()
        if !usage.isEmpty {
            json.key("usage")
            usage.write(to: &json, lenient: !call.strictOpenAICompliance)
        }
        if !call.strictOpenAICompliance { writeRest(to: &json) }
        json.endObject()
        replaceLineBreaks(in: &json.bytes)
        return UnifiedResponse(body: json.bytes, usage: usage.usage, model: model)
    }

    private func writeChoice(to json: inout JSONWriter) {
        json.beginObject()
        json.key("index")
        json.int(0)
        json.key("message")
        json.beginObject()
        json.key("role")
        json.string("assistant")
        json.key("content")
        if texts.isEmpty, !toolUses.isEmpty { json.null() } else { json.joined(texts.compactMap(text), of: document) }
        json.key("refusal")
        json.null()
        writeToolCalls(to: &json)
        writeAnnotations(to: &json)
        if !call.strictOpenAICompliance { writeBlocks(to: &json) }
        json.endObject()
        json.key("logprobs")
        json.null()
        AnthropicStop(in: document, of: root).write(to: &json, lenient: !call.strictOpenAICompliance)
        json.endObject()
    }

    private func text(_ block: JSONNode) -> JSONNode? { document.find("text", in: block) }

    private func writeToolCalls(to json: inout JSONWriter) {
        if toolUses.isEmpty { return }
        json.key("tool_calls")
        json.beginArray()
        for block in toolUses {
            json.beginObject()
            json.toolCallHead(of: block, in: document)
            if let input = document.find("input", in: block) { json.string(utf8: document.raw(input)) } else { json.string("{}") }
            json.endObject()
            json.endObject()
        }
        json.endArray()
    }

    private func writeAnnotations(to json: inout JSONWriter) {
        var annotations = AnthropicAnnotations()
        for block in texts {
            if let citations = document.find("citations", in: block) {
                for citation in document.elements(of: citations) { annotations.add(citation, in: document) }
            }
            annotations.pass(document.find("text", in: block).map(document.raw) ?? [])
            annotations.endBlock()
        }
        annotations.write(to: &json)
    }

    /// The thinking's text, and all blocks as they came: only so can signed ones be sent back.
    private func writeBlocks(to json: inout JSONWriter) {
        if !thoughts.isEmpty {
            json.key("reasoning_content")
            json.joined(thoughts, of: document)
        }
        guard hasOtherBlocks, let content = document.find("content", in: root) else { return }
        json.key("content_blocks")
        json.raw(document.raw(content))
    }

    /// Members of the message that the unified form has no place for (`container`, `context_management`).
    private func writeRest(to json: inout JSONWriter) {
        for member in document.members(of: root) where !document.isNull(member.value) {
            guard let key = document.string(member.key), !Self.read.contains(key) else { continue }
            json.key(raw: document.raw(member.key))
            json.raw(document.raw(member.value))
        }
    }

    private static let read: Set<String> = [
        "id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "stop_details", "usage",
    ]
}
