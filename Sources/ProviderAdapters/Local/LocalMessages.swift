// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A whole message in Anthropic's form.
func anthropicMessage(_ reply: LocalReply) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    writeMessage(reply, isComplete: true, to: &json)
    json.endObject()
    return json.bytes
}

/// The same as a stream of events.
func anthropicMessageEvents(_ reply: LocalReply) -> [[UInt8]] {
    var events = [
        event("message_start") { json in
            json.key("message")
            json.beginObject()
            writeMessage(reply, isComplete: false, to: &json)
            json.endObject()
        },
        event("content_block_start") { json in
            json.key("index")
            json.int(0)
            json.key("content_block")
            writeBlock(reply, text: "", to: &json)
        },
    ]
    if reply.tool != nil { events.append(delta("input_json_delta", key: "partial_json", "{}")) }
    for word in reply.words { events.append(delta("text_delta", key: "text", String(word))) }
    events.append(
        event("content_block_stop") { json in
            json.key("index")
            json.int(0)
        })
    events.append(
        event("message_delta") { json in
            json.key("delta")
            json.beginObject()
            writeStop(stopReason(reply), to: &json)
            json.endObject()
            json.key("usage")
            json.beginObject()
            json.key("output_tokens")
            json.int(reply.outputTokens)
            json.endObject()
        })
    events.append(event("message_stop") { _ in })
    return events
}

private func event(_ name: StaticString, _ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter(appendingTo: Array("event: \(name)\ndata: ".utf8))
    json.beginObject()
    json.key("type")
    json.string(name)
    write(&json)
    json.endObject()
    return json.bytes + [0x0A, 0x0A]
}

private func delta(_ type: StaticString, key: StaticString, _ text: String) -> [UInt8] {
    event("content_block_delta") { json in
        json.key("index")
        json.int(0)
        json.key("delta")
        json.beginObject()
        json.key("type")
        json.string(type)
        json.key(key)
        json.string(text)
        json.endObject()
    }
}

/// The message's members; one that has just started has no content yet.
private func writeMessage(_ reply: LocalReply, isComplete: Bool, to json: inout JSONWriter) {
    json.key("id")
    json.string("msg_\(reply.id)")
    json.key("type")
    json.string("message")
    json.key("role")
    json.string("assistant")
    json.key("model")
    json.string(reply.model)
    json.key("content")
    json.beginArray()
    if isComplete { writeBlock(reply, text: reply.text, to: &json) }
    json.endArray()
    writeStop(isComplete ? stopReason(reply) : nil, to: &json)
    json.key("usage")
    json.beginObject()
    json.key("input_tokens")
    json.int(reply.inputTokens)
    json.key("output_tokens")
    json.int(isComplete ? reply.outputTokens : 0)
    json.endObject()
}

private func writeBlock(_ reply: LocalReply, text: String, to json: inout JSONWriter) {
    json.beginObject()
    json.key("type")
    if let tool = reply.tool {
        json.string("tool_use")
        json.key("id")
        json.string("toolu_\(reply.id)")
        json.key("name")
        json.string(tool)
        json.key("input")
        json.beginObject()
        json.endObject()
    } else {
        json.string("text")
        json.key("text")
        json.string(text)
    }
    json.endObject()
}

private func writeStop(_ reason: StaticString?, to json: inout JSONWriter) {
    json.key("stop_reason")
    if let reason { json.string(reason) } else { json.null() }
    json.key("stop_sequence")
    json.null()
}

private func stopReason(_ reply: LocalReply) -> StaticString {
    switch reply.finish {
    case .stop: "end_turn"
    case .length: "max_tokens"
    case .tool: "tool_use"
    }
}
