// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// Why an answer ended: what this provider says of it, and OpenAI's word for it.
struct AnthropicStop {
    private let document: JSONDocument
    private let node: JSONNode
    private let reason: JSONNode?

    /// - Parameter node: the message, or a `message_delta`'s `delta`.
    init(in document: JSONDocument, of node: JSONNode) {
        self.document = document
        self.node = node
        reason = document.find("stop_reason", in: node).flatMap { document.isNull($0) ? nil : $0 }
    }

    var isKnown: Bool { reason != nil }

    /// OpenAI's enum has no word for a refusal by policy but `content_filter`; a pause or a reason not heard of yet is a `stop`.
    private var finishReason: StaticString {
        guard let reason else { return "stop" }
        if document.isString(reason, "tool_use") { return "tool_calls" }
        if document.isString(reason, "max_tokens") { return "length" }
        if document.isString(reason, "model_context_window_exceeded") { return "length" }
        return document.isString(reason, "refusal") ? "content_filter" : "stop"
    }

    /// Writes `finish_reason` as a choice's member. `lenient` keeps the provider's own words beside it.
    func write(to json: inout JSONWriter, lenient: Bool) {
        json.key("finish_reason")
        json.string(finishReason)
        if !lenient { return }
        let kept: [StaticString] = ["stop_reason", "stop_sequence", "stop_details"]
        for key in kept {
            guard let value = document.find(key, in: node), !document.isNull(value) else { continue }
            json.key(key)
            json.rawLine(document.raw(value))
        }
    }
}
