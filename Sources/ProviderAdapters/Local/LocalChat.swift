// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A whole chat completion.
func chatCompletion(_ reply: LocalReply) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    writeHead(of: reply, object: "chat.completion", to: &json)
    json.key("choices")
    json.beginArray()
    json.beginObject()
    json.key("index")
    json.int(0)
    json.key("message")
    json.beginObject()
    json.key("role")
    json.string("assistant")
    json.key("content")
    if let tool = reply.tool {
        json.null()
        writeToolCall(tool, arguments: "{}", of: reply, to: &json)
    } else {
        json.string(reply.text)
    }
    json.key("refusal")
    json.null()
    json.endObject()
    json.key("logprobs")
    json.null()
    json.key("finish_reason")
    json.string(finishReason(reply))
    json.endObject()
    json.endArray()
    writeUsage(of: reply, to: &json)
    json.endObject()
    return json.bytes
}

/// The same as a stream: the role, the pieces, the finish, the usage if it was asked for, `[DONE]`.
func chatCompletionEvents(_ reply: LocalReply) -> [[UInt8]] {
    var events = [
        chunk(reply) { json in
            json.key("role")
            json.string("assistant")
            json.key("content")
            if reply.tool == nil { json.string("") } else { json.null() }
        }
    ]
    if let tool = reply.tool {
        events.append(chunk(reply) { writeToolCall(tool, arguments: "", index: 0, of: reply, to: &$0) })
        events.append(chunk(reply) { writeToolCall(nil, arguments: "{}", index: 0, of: reply, to: &$0) })
    }
    for word in reply.words {
        events.append(
            chunk(reply) { json in
                json.key("content")
                json.string(String(word))
            })
    }
    events.append(chunk(reply, finish: finishReason(reply)) { _ in })
    if reply.includesUsage {
        events.append(
            event { json in
                writeHead(of: reply, object: "chat.completion.chunk", to: &json)
                json.key("choices")
                json.beginArray()
                json.endArray()
                writeUsage(of: reply, to: &json)
            })
    }
    events.append(Array("data: [DONE]\n\n".utf8))
    return events
}

private func chunk(_ reply: LocalReply, finish: StaticString? = nil, delta: (inout JSONWriter) -> Void) -> [UInt8] {
    event { json in
        writeHead(of: reply, object: "chat.completion.chunk", to: &json)
        json.key("choices")
        json.beginArray()
        json.beginObject()
        json.key("index")
        json.int(0)
        json.key("delta")
        json.beginObject()
        delta(&json)
        json.endObject()
        json.key("logprobs")
        json.null()
        json.key("finish_reason")
        if let finish { json.string(finish) } else { json.null() }
        json.endObject()
        json.endArray()
        if reply.includesUsage {
            json.key("usage")
            json.null()
        }
    }
}

private func event(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter(appendingTo: Array("data: ".utf8))
    json.beginObject()
    write(&json)
    json.endObject()
    return json.bytes + [0x0A, 0x0A]
}

private func writeHead(of reply: LocalReply, object: StaticString, to json: inout JSONWriter) {
    json.key("id")
    json.string("chatcmpl-\(reply.id)")
    json.key("object")
    json.string(object)
    json.key("created")
    json.int(reply.createdSeconds)
    json.key("model")
    json.string(reply.model)
}

/// - Parameters:
///   - tool: nil in a later piece of a stream, which has arguments only.
///   - index: in a stream only.
private func writeToolCall(
    _ tool: String?, arguments: StaticString, index: Int? = nil, of reply: LocalReply, to json: inout JSONWriter
) {
    json.key("tool_calls")
    json.beginArray()
    json.beginObject()
    if let index {
        json.key("index")
        json.int(index)
    }
    if tool != nil {
        json.key("id")
        json.string("call_\(reply.id)")
        json.key("type")
        json.string("function")
    }
    json.key("function")
    json.beginObject()
    if let tool {
        json.key("name")
        json.string(tool)
    }
    json.key("arguments")
    json.string(arguments)
    json.endObject()
    json.endObject()
    json.endArray()
}

private func finishReason(_ reply: LocalReply) -> StaticString {
    switch reply.finish {
    case .stop: "stop"
    case .length: "length"
    case .tool: "tool_calls"
    }
}

private func writeUsage(of reply: LocalReply, to json: inout JSONWriter) {
    json.key("usage")
    json.beginObject()
    json.key("prompt_tokens")
    json.int(reply.inputTokens)
    json.key("completion_tokens")
    json.int(reply.outputTokens)
    json.key("total_tokens")
    json.int(reply.inputTokens + reply.outputTokens)
    json.endObject()
}
