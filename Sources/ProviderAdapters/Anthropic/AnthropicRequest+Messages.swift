// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Where a piece of content stands in the caller's request, for the error that refuses it.
struct ContentPlace {
    var message: Int
    var part: Int?

    /// `request.messages[1].content[0]`, and what stands behind it.
    func path(_ rest: String = "") -> String {
        "request.messages[\(message)]" + (part.map { ".content[\($0)]" } ?? "") + rest
    }
}

/// Messages: system ones go in front, tool results into the user's turn; neighbours of one role become one message, as results of
/// parallel calls must. Empty texts are left out, because the provider refuses them and they say nothing.
extension AnthropicRequest {
    private enum Role { case system, user, assistant, tool }

    private func role(of message: JSONNode) -> Role? {
        guard let role = value("role", in: message) else { return nil }
        if document.isString(role, "user") { return .user }
        if document.isString(role, "assistant") { return .assistant }
        if document.isString(role, "tool") { return .tool }
        return document.isString(role, "system") || document.isString(role, "developer") ? .system : nil
    }

    func isRole(_ message: JSONNode, _ name: StaticString) -> Bool {
        value("role", in: message).map { document.isString($0, name) } ?? false
    }

    func isBlank(_ text: JSONNode) -> Bool {
        document.textBytes(text)?.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } ?? false
    }

    /// What was written since `start` goes again, if it is only `bare`.
    private mutating func takeBack(to start: Int, ifOnly bare: StaticString) {
        let written = json.bytes[start...]
        // A comma may have been set in front of it.
        let text = written.first == UInt8(ascii: ",") ? written.dropFirst() : written
        if text.elementsEqual(UnsafeBufferPointer(start: bare.utf8Start, count: bare.utf8CodeUnitCount)) {
            json.bytes.removeLast(json.bytes.count - start)
        }
    }

    // MARK: System

    mutating func writeSystem() throws(GatewayFailure) {
        let start = json.bytes.count
        json.key("system")
        json.beginArray()
        if let own = parameter("system") {
            switch document.kind(own) {
            case .string: writeText(own)
            case .array: for block in document.elements(of: own) { json.raw(document.raw(block)) }
            default: throw .invalidParams("request.system", "system must be a string or a list of text blocks.")
            }
        }
        for (index, message) in messages().enumerated() where role(of: message) == .system {
            try writeSystem(message, at: ContentPlace(message: index))
        }
        json.endArray()
        takeBack(to: start, ifOnly: #""system":[]"#)
    }

    private mutating func writeSystem(_ message: JSONNode, at place: ContentPlace) throws(GatewayFailure) {
        noteUnknown(in: message, known: ["role", "content", "cache_control"], prefix: "messages[].")
        guard let content = value("content", in: message) else { return }
        if document.kind(content) == .string { return writeText(content, cacheControlOf: message) }
        for (index, part) in document.elements(of: content).enumerated() {
            guard let text = textOfPart(part) else {
                let part = ContentPlace(message: place.message, part: index)
                throw .invalidParams(part.path(), "A system message holds text parts only; move this one to a user message.")
            }
            writeText(text, cacheControlOf: part)
        }
    }

    // MARK: Turns

    private func messages() -> JSONElements { document.elements(of: parameter("messages") ?? call.request) }

    mutating func writeMessages() throws(GatewayFailure) {
        guard let list = parameter("messages"), document.kind(list) == .array else {
            throw .invalidParams("request.messages", "A chat completion needs a list of messages.")
        }
        json.key("messages")
        let start = json.bytes.count
        json.beginArray()
        var turn: [(index: Int, node: JSONNode)] = []
        var turnIsUser = true
        for (index, message) in document.elements(of: list).enumerated() {
            guard let role = role(of: message) else {
                throw .invalidParams(
                    "request.messages[\(index)].role", "A message's role must be system, developer, user, assistant or tool.")
            }
            if role == .system { continue }
            let isUser = role != .assistant
            if isUser != turnIsUser {
                try write(turn: turn, isUser: turnIsUser)
                turn.removeAll(keepingCapacity: true)
            }
            turnIsUser = isUser
            turn.append((index, message))
        }
        try write(turn: turn, isUser: turnIsUser)
        json.endArray()
        if json.bytes.count == start + 2 {
            throw .invalidParams("request.messages", "Anthropic needs at least one user or assistant message that is not empty.")
        }
    }

    private mutating func write(turn: [(index: Int, node: JSONNode)], isUser: Bool) throws(GatewayFailure) {
        if turn.isEmpty { return }
        let start = json.bytes.count
        json.beginObject()
        json.key("role")
        json.string(isUser ? "user" : "assistant")
        json.key("content")
        if turn.count == 1, let text = plainText(of: turn[0].node) {
            json.raw(document.raw(text))
            noteUnknown(in: turn[0].node, known: ["role", "content"], prefix: "messages[].")
        } else {
            json.beginArray()
            for message in turn {
                let place = ContentPlace(message: message.index)
                switch role(of: message.node) {
                case .assistant: try writeAssistant(message.node, at: place)
                case .tool: try writeToolResult(message.node, at: place)
                default: try writeUser(message.node, at: place)
                }
            }
            json.endArray()
        }
        json.endObject()
        takeBack(to: start, ifOnly: isUser ? #"{"role":"user","content":[]}"# : #"{"role":"assistant","content":[]}"#)
    }

    /// The content of a message that is nothing but a text; it may stay a string.
    private func plainText(of message: JSONNode) -> JSONNode? {
        guard let content = value("content", in: message), document.kind(content) == .string, !isBlank(content)
        else { return nil }
        let more: [StaticString] = [
            "cache_control", "tool_calls", "content_blocks", "thinking_blocks", "tool_call_id", "refusal",
        ]
        return more.contains { value($0, in: message) != nil } || isRole(message, "tool") ? nil : content
    }

    private mutating func writeUser(_ message: JSONNode, at place: ContentPlace) throws(GatewayFailure) {
        noteUnknown(in: message, known: ["role", "content", "cache_control"], prefix: "messages[].")
        guard let content = value("content", in: message) else {
            throw .invalidParams(place.path(".content"), "A user message needs content.")
        }
        try write(content: content, of: message, at: place)
    }

    /// A string or a list of parts, as blocks. A message's own `cache_control` belongs to its one string.
    mutating func write(content: JSONNode, of message: JSONNode, at place: ContentPlace) throws(GatewayFailure) {
        if document.kind(content) == .string { return writeText(content, cacheControlOf: message) }
        try write(parts: content, at: place)
        if value("cache_control", in: message) != nil { drop("messages[].cache_control") }
    }

    private mutating func write(parts: JSONNode, at place: ContentPlace) throws(GatewayFailure) {
        guard document.kind(parts) == .array else {
            throw .invalidParams(place.path(".content"), "A message's content must be a string or a list of parts.")
        }
        for (index, part) in document.elements(of: parts).enumerated() {
            try write(part: part, at: ContentPlace(message: place.message, part: index))
        }
    }

    private mutating func writeToolResult(_ message: JSONNode, at place: ContentPlace) throws(GatewayFailure) {
        guard let id = value("tool_call_id", in: message).flatMap(document.string) else {
            throw .invalidParams(place.path(".tool_call_id"), "A tool message must name the tool call that it answers.")
        }
        // A tool's name repeats what its call says.
        noteUnknown(
            in: message, known: ["role", "content", "tool_call_id", "name", "is_error", "cache_control"], prefix: "messages[].")
        json.beginObject()
        json.key("type")
        json.string("tool_result")
        json.key("tool_use_id")
        json.string(Self.toolID(id))
        if let content = value("content", in: message) {
            json.key("content")
            if document.kind(content) == .string {
                json.raw(document.raw(content))
            } else {
                json.beginArray()
                try write(parts: content, at: place)
                json.endArray()
            }
        }
        copy(["is_error", "cache_control"], from: message)
        json.endObject()
    }

    /// An id in the alphabet that this provider takes: histories of other providers have ids with dots and colons.
    static func toolID(_ id: String) -> String {
        let isAllowed = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        if id.utf8.allSatisfy(isAllowed) { return id }
        return String(decoding: id.utf8.map { isAllowed($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }
}
