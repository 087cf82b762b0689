// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// A `chat.completion` as chunks: for each choice the role, reasoning, text and refusal in pieces (see `TextPieces`), each tool
/// call's head and then its arguments, what else the message has, the finish reason; last the usage, if it was asked for.
struct ChatReplay {
    private let document: JSONDocument
    private let choices: JSONNode
    /// Of the answer, to be written; nil where the caller did not ask for it.
    private let usage: JSONNode?
    private var writer: ChunkWriter

    /// - Returns: nil when it is none.
    init?(_ document: JSONDocument, includesUsage: Bool) {
        guard let choices = document.find("choices", in: document.root), document.kind(choices) == .array else { return nil }
        self.document = document
        self.choices = choices
        let usage = document.find("usage", in: document.root).flatMap { document.isNull($0) ? nil : $0 }
        self.usage = includesUsage ? usage : nil
        writer = ChunkWriter(document, saysUsage: self.usage != nil)
    }

    /// - Returns: false when a choice is none; the batch then has a part of the pieces.
    consuming func write(into batch: inout ChunkBatch) -> Bool {
        var isFirst = true
        for choice in document.elements(of: choices) {
            guard let message = document.find("message", in: choice), document.kind(message) == .object,
                let index = document.find("index", in: choice).flatMap(document.int)
            else { return false }
            writer.begin(choice, index, isFirst: isFirst)
            isFirst = false
            write(message, into: &batch)
            writer.finish(&batch)
        }
        if isFirst { return false }
        if let usage { writer.writeUsage(usage, &batch) }
        return true
    }

    private mutating func write(_ message: JSONNode, into batch: inout ChunkBatch) {
        let document = document
        writer.chunk(&batch) { json in
            for (key, value) in document.members(of: message) { Self.writeHead(key, value, document, &json) }
        }
        let reasoning = text("reasoning_content", of: message)
        // Some name the same text twice, and send both in one chunk.
        let isTwin = reasoning != nil && reasoning == text("reasoning", of: message)
        if isTwin {
            writeText(["reasoning", "reasoning_content"], of: message, into: &batch)
        } else {
            writeText(["reasoning"], of: message, into: &batch)
            writeText(["reasoning_content"], of: message, into: &batch)
        }
        writeText(["content"], of: message, into: &batch)
        writeText(["refusal"], of: message, into: &batch)
        writeCalls(of: message, into: &batch)
        writeRest(of: message, into: &batch)
    }

    private func text(_ key: StaticString, of message: JSONNode) -> ArraySlice<UInt8>? {
        document.find(key, in: message).flatMap { document.kind($0) == .string ? document.raw($0).dropFirst().dropLast() : nil }
    }

    /// The pieces of a text, each under all of `keys`, whose values are the same.
    private mutating func writeText(_ keys: [StaticString], of message: JSONNode, into batch: inout ChunkBatch) {
        for piece in keys.first.flatMap({ text($0, of: message) }).map({ TextPieces($0) }) ?? TextPieces([]) {
            writer.chunk(&batch, hasTokens: true) { json in
                for key in keys {
                    json.key(key)
                    json.quoted(piece)
                }
            }
        }
    }

    // MARK: The first chunk

    /// Members of the first delta: what is no text and no call, as far as it is short.
    private static func writeHead(_ key: JSONNode, _ value: JSONNode, _ document: JSONDocument, _ json: inout JSONWriter) {
        let kind = document.kind(value)
        // Empty: the pieces follow.
        if isText(key, document), kind == .string {
            json.key(raw: document.raw(key))
            json.string("")
        } else if document.isString(key, "role") || document.isString(key, "content") || kind == .null {
            json.key(raw: document.raw(key))
            json.raw(document.raw(value))
        }
    }

    private static func isText(_ key: JSONNode, _ document: JSONDocument) -> Bool {
        let names: [StaticString] = ["content", "refusal", "reasoning_content", "reasoning"]
        return names.contains { document.isString(key, $0) }
    }

    // MARK: Calls

    private mutating func writeCalls(of message: JSONNode, into batch: inout ChunkBatch) {
        let document = document
        if let calls = document.find("tool_calls", in: message), document.kind(calls) == .array {
            var index = 0
            for call in document.elements(of: calls) {
                writer.chunk(&batch) { Self.writeCall(call, index, document, &$0) }
                for part in Self.parts {
                    guard let text = document.find(part.text, in: document.find(part.name, in: call) ?? call) else { continue }
                    if document.kind(text) != .string || document.find(part.name, in: call) == nil { continue }
                    for piece in TextPieces(document.raw(text).dropFirst().dropLast()) {
                        writer.chunk(&batch) { Self.writePiece(piece, of: part, index, &$0) }
                    }
                }
                index += 1
            }
            if index == 0 {
                writer.chunk(&batch) { json in
                    json.key("tool_calls")
                    json.raw("[]")
                }
            }
        }
        guard let call = document.find("function_call", in: message), document.kind(call) == .object else { return }
        writer.chunk(&batch) { json in
            json.key("function_call")
            Self.writeFunction(call, text: "arguments", document, &json)
        }
        guard let text = document.find("arguments", in: call), document.kind(text) == .string else { return }
        for piece in TextPieces(document.raw(text).dropFirst().dropLast()) {
            writer.chunk(&batch) { json in
                json.key("function_call")
                json.beginObject()
                json.key("arguments")
                json.quoted(piece)
                json.endObject()
            }
        }
    }

    /// What a call holds, and the text in it that comes in pieces.
    private struct Part {
        var name: StaticString
        var text: StaticString
    }
    private static let parts = [Part(name: "function", text: "arguments"), Part(name: "custom", text: "input")]

    private static func writeCall(_ call: JSONNode, _ index: Int, _ document: JSONDocument, _ json: inout JSONWriter) {
        json.key("tool_calls")
        json.beginArray()
        json.beginObject()
        json.key("index")
        json.int(index)
        for (key, value) in document.members(of: call) where !document.isString(key, "index") {
            json.key(raw: document.raw(key))
            if let part = parts.first(where: { document.isString(key, $0.name) }) {
                writeFunction(value, text: part.text, document, &json)
            } else {
                json.raw(document.raw(value))
            }
        }
        json.endObject()
        json.endArray()
    }

    private static func writeFunction(
        _ function: JSONNode, text: StaticString, _ document: JSONDocument, _ json: inout JSONWriter
    ) {
        guard document.kind(function) == .object else { return json.raw(document.raw(function)) }
        json.beginObject()
        for (key, value) in document.members(of: function) {
            json.key(raw: document.raw(key))
            if document.isString(key, text), document.kind(value) == .string {
                json.string("")
            } else {
                json.raw(document.raw(value))
            }
        }
        json.endObject()
    }

    private static func writePiece(_ piece: ArraySlice<UInt8>, of part: Part, _ index: Int, _ json: inout JSONWriter) {
        json.key("tool_calls")
        json.beginArray()
        json.beginObject()
        json.key("index")
        json.int(index)
        json.key(part.name)
        json.beginObject()
        json.key(part.text)
        json.quoted(piece)
        json.endObject()
        json.endObject()
        json.endArray()
    }

    // MARK: The rest

    /// Annotations, blocks, and what nobody knows, in one chunk.
    private mutating func writeRest(of message: JSONNode, into batch: inout ChunkBatch) {
        let document = document
        var rest = JSONWriter()
        for (key, value) in document.members(of: message) {
            let written: [StaticString] = ["role", "content", "tool_calls", "function_call"]
            if written.contains(where: { document.isString(key, $0) }) || document.isNull(value) { continue }
            if Self.isText(key, document), document.kind(value) == .string { continue }
            rest.key(raw: document.raw(key))
            if document.isString(key, "content_blocks"), document.kind(value) == .array {
                Self.writeBlocks(value, document, &rest)
            } else {
                rest.raw(document.raw(value))
            }
        }
        if !rest.bytes.isEmpty { writer.chunk(&batch) { $0.raw(rest.bytes) } }
    }

    /// Each block whole, as the first piece of its own.
    private static func writeBlocks(_ blocks: JSONNode, _ document: JSONDocument, _ json: inout JSONWriter) {
        json.beginArray()
        for (index, block) in document.elements(of: blocks).enumerated() {
            json.beginObject()
            json.key("index")
            json.int(index)
            json.key("delta")
            json.raw(document.raw(block))
            json.endObject()
        }
        json.endArray()
    }
}
