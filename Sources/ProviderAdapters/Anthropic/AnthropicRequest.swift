// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// A chat completion in OpenAI's form, written as a Messages request. Texts, schemas and arguments are copied as raw JSON.
///
/// A parameter that can't be sent, or not as it was asked, is named in `dropped`; content that can't be sent is an error.
struct AnthropicRequest {
    let call: DialectCall
    let document: JSONDocument
    let model: AnthropicModel
    var json: JSONWriter
    /// Names as the caller wrote them, `[]` for any element: `seed`, `messages[].name`.
    var dropped: [String] = []
    /// Values of `anthropic-beta` that what was written asks for.
    var betas: [String] = []
    /// What is sent as `max_tokens`.
    var maxTokens = 0

    init(_ call: DialectCall) {
        self.call = call
        document = call.document
        model = AnthropicModel(call.model)
        json = JSONWriter(reserving: call.document.range(call.request).count + 256)
    }

    mutating func body() throws(GatewayFailure) -> [UInt8] {
        guard document.kind(call.request) == .object else {
            throw .invalidParams("request", "The request must be an object.")
        }
        maxTokens = try maxTokensToSend()
        json.beginObject()
        json.key("model")
        json.string(call.model)
        json.key("max_tokens")
        json.int(maxTokens)
        try writeSystem()
        try writeMessages()
        try writeTools()
        let thinking = try thinkingToSend()
        writeThinking(thinking)
        try writeSampling(thinks: thinking.isOn)
        try writeOutputConfig(effort: thinking.effort)
        try writeStop()
        writeMetadata()
        writeServiceTier()
        writeNativeParameters()
        if call.stream {
            json.key("stream")
            json.bool(true)
        }
        json.endObject()
        noteUnknown(in: call.request, known: Self.parameters)
        return json.bytes
    }

    // MARK: What all parts use

    /// A parameter of the request that has a value.
    func parameter(_ key: StaticString) -> JSONNode? { value(key, in: call.request) }

    /// A member that has a value; null says as much as no member.
    func value(_ key: StaticString, in object: JSONNode) -> JSONNode? {
        document.find(key, in: object).flatMap { document.isNull($0) ? nil : $0 }
    }

    mutating func drop(_ name: String) {
        if !dropped.contains(name) { dropped.append(name) }
    }

    mutating func need(beta: String) {
        if !betas.contains(beta) { betas.append(beta) }
    }

    /// Names the members that nobody reads, apart from those that say nothing (null, false).
    mutating func noteUnknown(in object: JSONNode, known: Set<String>, prefix: String = "") {
        for member in document.members(of: object) {
            guard let key = document.string(member.key), !known.contains(key) else { continue }
            switch document.kind(member.value) {
            case .null, .false: continue
            default: drop(prefix + key)
            }
        }
    }

    /// Copies members that mean the same here.
    mutating func copy(_ keys: [StaticString], from object: JSONNode) {
        for key in keys {
            guard let value = value(key, in: object) else { continue }
            json.key(key)
            json.raw(document.raw(value))
        }
    }

    /// Every parameter that is read somewhere below; all others are named as dropped.
    private static let parameters: Set<String> = [
        "model", "messages", "system", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "n", "stop",
        "stop_sequences", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls", "user", "safety_identifier",
        "metadata", "thinking", "reasoning_effort", "response_format", "output_config", "service_tier", "container",
        "mcp_servers", "context_management", "cache_control", "inference_geo",
    ]
}
