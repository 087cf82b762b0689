// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// What the provider `local` says, before it is put into the form of an API.
struct LocalReply {
    enum Finish { case stop, length, tool }
    /// Sixteen hexadecimal digits, from the request's bytes.
    var id: String
    var model: String
    var createdSeconds: Int
    var words: [Substring]
    /// The tool it calls, without arguments, instead of saying something.
    var tool: String?
    var finish: Finish
    var inputTokens: Int
    var includesUsage: Bool

    init(to request: LocalRequest, document: JSONDocument, createdSeconds: Int) {
        id = hexadecimal(fingerprint(document.bytes))
        model = request.model.name
        self.createdSeconds = createdSeconds
        inputTokens = request.inputWords
        includesUsage = request.includesUsage
        tool = request.tool
        if tool != nil {
            words = []
            finish = .tool
            return
        }
        let all = ProviderAdapters.words(of: request.said.isEmpty ? "You said nothing." : "You said: \(request.said)")
        words = Array(all.prefix(max(0, request.maxTokens ?? .max)))
        finish = words.count < all.count ? .length : .stop
    }

    var text: String { words.joined() }
    /// One for each word; a tool call is one.
    var outputTokens: Int { tool == nil ? words.count : 1 }
}

/// FNV-1a, 64 bits.
private func fingerprint(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

private func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The API whose form an answer of `local` has.
enum LocalForm {
    case chat, messages

    init?(path: String) {
        switch path {
        case "/chat/completions": self = .chat
        case "/messages": self = .messages
        default: return nil
        }
    }

    func whole(_ reply: LocalReply) -> [UInt8] {
        switch self {
        case .chat: chatCompletion(reply)
        case .messages: anthropicMessage(reply)
        }
    }

    /// The stream's events, each with its blank line.
    func events(of reply: LocalReply) -> [[UInt8]] {
        switch self {
        case .chat: chatCompletionEvents(reply)
        case .messages: anthropicMessageEvents(reply)
        }
    }

    func error(_ refusal: LocalRefusal) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        if self == .messages {
            json.key("type")
            json.string("error")
        }
        json.key("error")
        json.beginObject()
        json.key("type")
        json.string(errorType(refusal.status))
        json.key("message")
        json.string(refusal.message)
        if self == .chat {
            json.key("param")
            if let parameter = refusal.parameter { json.string(parameter) } else { json.null() }
            json.key("code")
            if refusal.status == 404 { json.string("model_not_found") } else { json.null() }
        }
        json.endObject()
        json.endObject()
        return json.bytes
    }

    private func errorType(_ status: Int) -> StaticString {
        switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }
}
