// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import JSONBytes

/// What a whole answer is worth, by why its provider ended it. Of several choices the worst one counts; cases stand from good to
/// bad.
///
/// | | `finish_reason` | `stop_reason` |
/// |-|-|-|
/// | complete | `stop`, `eos`, `end_turn`, `stop_sequence` | `end_turn`, `stop_sequence` |
/// | toolCalls | `tool_calls`, `function_call`, or `complete` with calls | `tool_use` |
/// | empty | `complete`, but nothing said and no call | the same |
/// | truncated | `length`, `max_tokens`, `model_length`, or a `stop_reason` of `pause_turn` | `max_tokens`,
///   `model_context_window_exceeded`, `pause_turn` |
/// | filtered | `content_filter`, or a `refusal` | `refusal` |
/// | notUnderstood | none, any other | the same |
///
/// An answer of vectors is complete when each has its numbers.
package enum AnswerCompleteness: Int, Comparable, Sendable {
    case complete, toolCalls, empty, truncated, filtered, notUnderstood

    package static func < (left: AnswerCompleteness, right: AnswerCompleteness) -> Bool { left.rawValue < right.rawValue }

    package init(of answer: JSONDocument, operation: Operation) {
        switch operation {
        case .chat: self = ofChat(answer)
        case .messages: self = ofMessage(answer)
        case .embeddings: self = ofEmbeddings(answer)
        case .models: self = .notUnderstood
        }
    }
}

/// What the assistant says in a whole answer: a chat's first choice, a message's text blocks; empty where it says nothing.
package func assistantText(of answer: JSONDocument, operation: Operation) -> String {
    switch operation {
    case .chat:
        guard let choices = answer.find("choices", in: answer.root), let first = firstChoice(choices, answer),
            let content = answer.find(path: "message", "content", in: first)
        else { return "" }
        return answer.string(content) ?? textOfBlocks(content, answer)
    case .messages: return answer.find("content", in: answer.root).map { textOfBlocks($0, answer) } ?? ""
    case .embeddings, .models: return ""
    }
}

/// The choice with index 0, else the one that stands first.
private func firstChoice(_ choices: JSONNode, _ answer: JSONDocument) -> JSONNode? {
    var first: JSONNode?
    for choice in answer.elements(of: choices) {
        if answer.find("index", in: choice).flatMap(answer.int) == 0 { return choice }
        first = first ?? choice
    }
    return first
}

private func textOfBlocks(_ content: JSONNode, _ answer: JSONDocument) -> String {
    var text = ""
    for block in answer.elements(of: content) where answer.find("type", in: block).map({ answer.isString($0, "text") }) ?? false {
        text += answer.find("text", in: block).flatMap(answer.string) ?? ""
    }
    return text
}

private func ofChat(_ answer: JSONDocument) -> AnswerCompleteness {
    var worst: AnswerCompleteness?
    guard let choices = answer.find("choices", in: answer.root) else { return .notUnderstood }
    for choice in answer.elements(of: choices) {
        guard let message = answer.find("message", in: choice) else { return .notUnderstood }
        worst = max(worst ?? .complete, ofChoice(choice, message, answer))
    }
    return worst ?? .notUnderstood
}

private func ofChoice(_ choice: JSONNode, _ message: JSONNode, _ answer: JSONDocument) -> AnswerCompleteness {
    guard let reason = answer.find("finish_reason", in: choice) else { return .notUnderstood }
    func isReason(_ names: StaticString...) -> Bool { names.contains { answer.isString(reason, $0) } }
    if isReason("content_filter") || hasText("refusal", in: message, answer) { return .filtered }
    if isReason("length", "max_tokens", "model_length") { return .truncated }
    // A provider's own word beside OpenAI's, which has none for it.
    if let native = answer.find("stop_reason", in: choice), answer.isString(native, "pause_turn") { return .truncated }
    let isStop = isReason("stop", "eos", "end_turn", "stop_sequence")
    guard isStop || isReason("tool_calls", "function_call") else { return .notUnderstood }
    let calls = answer.find("tool_calls", in: message).flatMap { node in answer.elements(of: node).first { _ in true } }
    let hasCall = calls != nil || answer.find("function_call", in: message).map { answer.kind($0) == .object } ?? false
    if hasCall { return .toolCalls }
    guard isStop else { return .notUnderstood }
    if hasText("content", in: message, answer) { return .complete }
    let parts = answer.find("content", in: message).map { textOfBlocks($0, answer) } ?? ""
    return parts.contains { !$0.isWhitespace } ? .complete : .empty
}

private func ofMessage(_ answer: JSONDocument) -> AnswerCompleteness {
    guard let content = answer.find("content", in: answer.root), answer.kind(content) == .array,
        let reason = answer.find("stop_reason", in: answer.root)
    else { return .notUnderstood }
    func isReason(_ names: StaticString...) -> Bool { names.contains { answer.isString(reason, $0) } }
    if isReason("refusal") { return .filtered }
    if isReason("max_tokens", "model_context_window_exceeded", "pause_turn") { return .truncated }
    let hasCall = answer.elements(of: content).contains { block in
        answer.find("type", in: block).map { answer.isString($0, "tool_use") } ?? false
    }
    if isReason("tool_use") { return hasCall ? .toolCalls : .notUnderstood }
    guard isReason("end_turn", "stop_sequence") else { return .notUnderstood }
    if hasCall { return .toolCalls }
    return textOfBlocks(content, answer).contains { !$0.isWhitespace } ? .complete : .empty
}

private func ofEmbeddings(_ answer: JSONDocument) -> AnswerCompleteness {
    guard let data = answer.find("data", in: answer.root), answer.kind(data) == .array else { return .notUnderstood }
    var isEmpty = true
    for element in answer.elements(of: data) {
        isEmpty = false
        guard let vector = answer.find("embedding", in: element) else { return .notUnderstood }
        // Numbers, or their bytes as base64.
        let hasNumbers = answer.elements(of: vector).contains { _ in true } || hasText("embedding", in: element, answer)
        if !hasNumbers { return .notUnderstood }
    }
    return isEmpty ? .notUnderstood : .complete
}

/// Whether a member is a string with more than white space in it.
private func hasText(_ key: StaticString, in object: JSONNode, _ answer: JSONDocument) -> Bool {
    guard let node = answer.find(key, in: object), let text = answer.string(node) else { return false }
    return text.contains { !$0.isWhitespace }
}
