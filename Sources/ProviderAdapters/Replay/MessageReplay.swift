// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// A `message` as Anthropic's stream events: the message as it begins, each block as it begins, its deltas and its end, then the
/// stop and the usage.
struct MessageReplay {
    private let document: JSONDocument
    private let content: JSONNode

    /// - Returns: nil when it is none.
    init?(_ document: JSONDocument) {
        guard let content = document.find("content", in: document.root), document.kind(content) == .array else { return nil }
        self.document = document
        self.content = content
    }

    /// - Returns: false when a block is none; the batch then has a part of the pieces.
    func write(into batch: inout ChunkBatch) -> Bool {
        event("message_start", &batch) { json in
            json.key("message")
            json.beginObject()
            writeStart(to: &json)
            json.endObject()
        }
        for (index, block) in document.elements(of: content).enumerated() {
            guard document.find("type", in: block).map({ document.kind($0) == .string }) ?? false else { return false }
            write(block, index, into: &batch)
        }
        event("message_delta", &batch) { writeEnd(to: &$0) }
        event("message_stop", &batch) { _ in }
        return true
    }

    private func event(_ type: StaticString, _ batch: inout ChunkBatch, _ write: (inout JSONWriter) -> Void) {
        JSONWriter.append(to: &batch.bytes) { json in
            json.beginObject()
            json.key("type")
            json.string(type)
            write(&json)
            json.endObject()
        }
        batch.endChunk()
    }

    private func isKey(_ key: JSONNode, _ names: [StaticString]) -> Bool { names.contains { document.isString(key, $0) } }

    private func copy(_ key: JSONNode, _ value: JSONNode, to json: inout JSONWriter) {
        json.key(raw: document.raw(key))
        json.raw(document.raw(value))
    }

    // MARK: Start and end

    /// What is known of the stop only at the end.
    private static let stop: [StaticString] = ["stop_reason", "stop_sequence", "stop_details", "container"]
    /// Members of `usage` that are said at the start; `output_tokens` is 0 there.
    private static let startUsage: [StaticString] = [
        "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation", "service_tier",
        "inference_geo",
    ]
    /// Those that are not said again at the end.
    private static let onlyStartUsage: [StaticString] = ["cache_creation", "service_tier", "inference_geo"]

    private func writeStart(to json: inout JSONWriter) {
        for (key, value) in document.members(of: document.root) {
            if isKey(key, ["content"]) {
                json.key("content")
                json.raw("[]")
            } else if isKey(key, ["usage"]), document.kind(value) == .object {
                json.key("usage")
                json.beginObject()
                for (key, value) in document.members(of: value) {
                    if isKey(key, Self.startUsage) { copy(key, value, to: &json) }
                    if isKey(key, ["output_tokens"]) {
                        json.key("output_tokens")
                        json.int(0)
                    }
                }
                json.endObject()
            } else if isKey(key, Self.stop) {
                json.key(raw: document.raw(key))
                json.null()
            } else if !isKey(key, ["context_management"]) {
                copy(key, value, to: &json)
            }
        }
    }

    private func writeEnd(to json: inout JSONWriter) {
        json.key("delta")
        json.beginObject()
        for (key, value) in document.members(of: document.root) where isKey(key, Self.stop) { copy(key, value, to: &json) }
        json.endObject()
        for (key, value) in document.members(of: document.root) {
            if isKey(key, ["context_management"]) { copy(key, value, to: &json) }
            guard isKey(key, ["usage"]), document.kind(value) == .object else { continue }
            json.key("usage")
            json.beginObject()
            for (key, value) in document.members(of: value) where !isKey(key, Self.onlyStartUsage) {
                copy(key, value, to: &json)
            }
            json.endObject()
        }
    }

    // MARK: Blocks

    /// What of a block comes in deltas.
    private struct Parts {
        var text: JSONNode?
        var thinking: JSONNode?
        var signature: JSONNode?
        var input: JSONNode?
        var citations: JSONNode?
        var summary: JSONNode?
    }

    private func parts(of block: JSONNode) -> Parts {
        func member(_ key: StaticString, _ kind: JSONKind) -> JSONNode? {
            document.find(key, in: block).flatMap { document.kind($0) == kind ? $0 : nil }
        }
        let type = document.find("type", in: block)
        func isType(_ name: StaticString) -> Bool { type.map { document.isString($0, name) } ?? false }
        if isType("text") { return Parts(text: member("text", .string), citations: member("citations", .array)) }
        if isType("thinking") { return Parts(thinking: member("thinking", .string), signature: member("signature", .string)) }
        if isType("compaction") { return Parts(summary: member("content", .string)) }
        return Parts(input: member("input", .object))
    }

    private func write(_ block: JSONNode, _ index: Int, into batch: inout ChunkBatch) {
        let parts = parts(of: block)
        event("content_block_start", &batch) { json in
            json.key("index")
            json.int(index)
            json.key("content_block")
            json.beginObject()
            for (key, value) in document.members(of: block) {
                json.key(raw: document.raw(key))
                switch value {
                case parts.text, parts.thinking, parts.signature: json.string("")
                case parts.input: json.raw("{}")
                case parts.citations: json.raw("[]")
                case parts.summary: json.null()
                default: json.raw(document.raw(value))
                }
            }
            json.endObject()
        }
        writeTexts(parts, index, into: &batch)
        if let citations = parts.citations {
            for citation in document.elements(of: citations) {
                delta("citations_delta", "citation", document.raw(citation), index, &batch)
            }
        }
        if let input = parts.input, document.members(of: input).first(where: { _ in true }) != nil {
            var string = JSONWriter(reserving: document.raw(input).count + 16)
            string.string(utf8: document.raw(input))
            pieces("input_json_delta", "partial_json", of: string.bytes[...], index, &batch)
        }
        event("content_block_stop", &batch) { json in
            json.key("index")
            json.int(index)
        }
    }

    private func writeTexts(_ parts: Parts, _ index: Int, into batch: inout ChunkBatch) {
        if let text = parts.text { pieces("text_delta", "text", of: document.raw(text), index, &batch) }
        if let thinking = parts.thinking { pieces("thinking_delta", "thinking", of: document.raw(thinking), index, &batch) }
        if let signature = parts.signature, document.raw(signature).count > 2 {
            delta("signature_delta", "signature", document.raw(signature), index, &batch)
        }
        if let summary = parts.summary { delta("compaction_delta", "content", document.raw(summary), index, &batch) }
    }

    /// - Parameter string: as JSON, with its quotes.
    private func pieces(
        _ type: StaticString, _ key: StaticString, of string: ArraySlice<UInt8>, _ index: Int, _ batch: inout ChunkBatch
    ) {
        for piece in TextPieces(string.dropFirst().dropLast()) {
            delta(type, key, [UInt8(ascii: "\"")] + piece + [UInt8(ascii: "\"")], index, &batch)
        }
    }

    private func delta(
        _ type: StaticString, _ key: StaticString, _ value: ArraySlice<UInt8>, _ index: Int, _ batch: inout ChunkBatch
    ) {
        event("content_block_delta", &batch) { json in
            json.key("index")
            json.int(index)
            json.key("delta")
            json.beginObject()
            json.key("type")
            json.string(type)
            json.key(key)
            json.raw(value)
            json.endObject()
        }
    }
}
