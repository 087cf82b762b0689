// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Finds the text of a request's last turn.
struct SemanticReading {
    let document: JSONDocument
    let request: JSONNode

    func checkParameters(_ operation: Operation, allowsHighTemperature: Bool) throws(SemanticBypass) {
        guard operation == .chat || operation == .messages else { throw .operation }
        guard document.kind(request) == .object else { throw .unclear }
        if let n = document.find("n", in: request), !document.isNull(n), document.int(n) != 1 { throw .severalChoices }
        if !allowsHighTemperature, let temperature = document.find("temperature", in: request), !document.isNull(temperature) {
            guard let value = document.double(temperature) else { throw .unclear }
            if value > 1 { throw .highTemperature }
        }
    }

    /// - Returns: the content that the text is from, and the text.
    func lastUserText(_ operation: Operation) throws(SemanticBypass) -> (content: JSONNode, text: String) {
        guard let messages = try only("messages", in: request) else { throw .noUserMessage }
        var last: JSONNode?
        for message in document.elements(of: messages) { last = message }
        guard let last, let role = try only("role", in: last), document.isString(role, "user") else { throw .noUserMessage }
        if document.find("tool_calls", in: last) != nil || document.find("tool_call_id", in: last) != nil { throw .tools }
        guard let content = try only("content", in: last) else { throw .emptyText }
        var text = FoldedText(limit: SemanticRequest.longestText)
        switch document.kind(content) {
        case .string: text.append(try readable(content))
        case .array: for part in document.elements(of: content) { text.append(try plainText(part)) }
        default: throw .unclear
        }
        if text.isTooLong { throw .longText }
        if text.text.isEmpty { throw .emptyText }
        return (content, text.text)
    }

    /// The text of a part that is nothing but text. Where the provider is to cache up to it (`cache_control`) says nothing of the
    /// answer; what else a part has may.
    private func plainText(_ part: JSONNode) throws(SemanticBypass) -> String {
        guard let type = try only("type", in: part) else { throw .notText }
        for name in ["tool_result", "tool_use", "server_tool_use"] where document.isString(type, name) { throw .tools }
        guard document.isString(type, "text"), let text = try only("text", in: part) else { throw .notText }
        for (key, _) in document.members(of: part) {
            if ["type", "text", "cache_control"].contains(where: { document.isString(key, $0) }) { continue }
            throw .notText
        }
        return try readable(text)
    }

    private func readable(_ node: JSONNode) throws(SemanticBypass) -> String {
        guard let text = document.string(node) else { throw .unclear }
        return text
    }

    /// The value of a name that occurs once; nil where it does not occur.
    private func only(_ name: StaticString, in node: JSONNode) throws(SemanticBypass) -> JSONNode? {
        var found: JSONNode?
        for (key, value) in document.members(of: node) where document.isString(key, name) {
            if found != nil { throw .unclear }
            found = value
        }
        return found
    }
}

/// Text whose white space is folded while it grows, up to a limit in bytes.
struct FoldedText {
    let limit: Int
    private(set) var text = ""
    private(set) var isTooLong = false

    init(limit: Int) { self.limit = limit }

    /// Appends `more` as words of their own.
    mutating func append(_ more: String) {
        var isPending = !text.isEmpty
        for scalar in more.unicodeScalars {
            if scalar.properties.isWhitespace {
                isPending = !text.isEmpty
                continue
            }
            if isPending { text.unicodeScalars.append(" ") }
            isPending = false
            text.unicodeScalars.append(scalar)
            if text.utf8.count > limit {
                isTooLong = true
                return
            }
        }
    }
}
