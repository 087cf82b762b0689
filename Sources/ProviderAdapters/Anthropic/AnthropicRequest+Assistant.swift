// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// An assistant's turn, with the blocks that the unified form can only carry beside its text: `content_blocks` as this gateway
/// and Portkey give them, or LiteLLM's `thinking_blocks`. Signed blocks go back as they came.
extension AnthropicRequest {
    mutating func writeAssistant(_ message: JSONNode, at place: ContentPlace) throws(GatewayFailure) {
        if value("function_call", in: message) != nil {
            throw .invalidParams(place.path(".function_call"), "function_call has no id to answer; use tool_calls.")
        }
        let calls = value("tool_calls", in: message).map { Array(document.elements(of: $0)) } ?? []
        let content = value("content", in: message)
        var written: Set<String> = []
        var remaining = content
        if let blocks = value("content_blocks", in: message), document.kind(blocks) == .array {
            let callIDs = Set(calls.compactMap { value("id", in: $0).flatMap(document.string) })
            (remaining, written) = try restore(Array(document.elements(of: blocks)), content: content, calls: callIDs)
        } else if let blocks = value("thinking_blocks", in: message) {
            for block in document.elements(of: blocks) { json.raw(document.raw(block)) }
        } else if value("reasoning_content", in: message) != nil {
            drop("messages[].reasoning_content")  // Unsigned, so the provider would refuse it.
        }
        if let remaining {
            try write(content: remaining, of: message, at: place)
        } else if content == nil, let refusal = value("refusal", in: message) {
            writeText(refusal)
        }
        for (index, call) in calls.enumerated() {
            if let id = value("id", in: call).flatMap(document.string), written.contains(id) { continue }
            try write(toolCall: call, at: place.path(".tool_calls[\(index)]"))
        }
        noteUnknown(in: message, known: Self.assistantMembers, prefix: "messages[].")
    }

    private static let assistantMembers: Set<String> = [
        "role", "content", "tool_calls", "content_blocks", "thinking_blocks", "reasoning_content", "refusal", "cache_control",
    ]

    /// Writes the blocks in their order. The caller's `content` and `tool_calls` are what counts: a block of a call that is not
    /// among them is left out, and text blocks that `content` does not end with (somebody edited it) give way to it. What
    /// `content` has before them stood in front of the first block, as in a stream's blocks; thinking is never behind a text.
    /// - Returns: the content that is still to be written, and the ids of the calls that were.
    private mutating func restore(
        _ blocks: [JSONNode], content: JSONNode?, calls: Set<String>
    ) throws(GatewayFailure) -> (content: JSONNode?, written: Set<String>) {
        var texts: [UInt8] = []
        for block in blocks { texts += textOfPart(block).flatMap(document.textBytes) ?? [] }
        // Nil for a list of parts, which is taken as edited.
        let whole = content == nil ? texts[...] : content.flatMap(document.textBytes)
        let endsInTexts = whole?.suffix(texts.count).elementsEqual(texts) ?? false
        let isSame = endsInTexts && (!texts.isEmpty || !isThinking(blocks.first))
        if isSame, let whole { writeText(utf8: whole.dropLast(texts.count)) }
        var written: Set<String> = []
        for block in blocks {
            if let text = textOfPart(block) {
                if isSame, !isBlank(text) { json.raw(document.raw(block)) }
            } else if value("type", in: block).map({ document.isString($0, "tool_use") }) ?? false {
                guard let id = value("id", in: block).flatMap(document.string), calls.contains(id) else { continue }
                written.insert(id)
                json.raw(document.raw(block))
            } else {
                json.raw(document.raw(block))
            }
        }
        return (isSame ? nil : content, written)
    }

    private func isThinking(_ block: JSONNode?) -> Bool {
        guard let type = block.flatMap({ value("type", in: $0) }) else { return false }
        return document.isString(type, "thinking") || document.isString(type, "redacted_thinking")
    }

    private mutating func write(toolCall call: JSONNode, at path: String) throws(GatewayFailure) {
        guard let function = value("function", in: call), let name = value("name", in: function), document.kind(name) == .string
        else {
            throw .invalidParams("\(path).function", "Only calls of function tools can be sent, with the function's name.")
        }
        guard let id = value("id", in: call).flatMap(document.string) else {
            throw .invalidParams("\(path).id", "A tool call needs the id that its result names.")
        }
        json.beginObject()
        json.key("type")
        json.string("tool_use")
        json.key("id")
        json.string(Self.toolID(id))
        json.key("name")
        json.raw(document.raw(name))
        json.key("input")
        try write(arguments: value("arguments", in: function), at: "\(path).function.arguments")
        copy(["cache_control"], from: call)
        json.endObject()
        noteUnknown(in: call, known: ["id", "type", "function", "index", "cache_control"], prefix: "messages[].tool_calls[].")
        noteUnknown(in: function, known: ["name", "arguments"], prefix: "messages[].tool_calls[].function.")
    }

    /// The object that the arguments' text is, as it was written; none at all is `{}`.
    private mutating func write(arguments: JSONNode?, at path: String) throws(GatewayFailure) {
        guard let arguments, !isBlank(arguments) else { return json.raw("{}") }
        let text = document.textBytes(arguments) ?? document.raw(arguments)
        let input: JSONDocument
        do { input = try JSONDocument(Array(text)) } catch {
            throw .invalidParams(path, "The arguments are not JSON: \(error).")
        }
        switch input.kind(input.root) {
        case .object: json.raw(input.raw(input.root))
        case .null: json.raw("{}")
        default: throw .invalidParams(path, "The arguments must be a JSON object.")
        }
    }
}
