// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// An error that the provider `local` answers with.
struct LocalRefusal: Error {
    var status: Int
    var message: String
    /// The offending parameter.
    var parameter: String?

    init(_ status: Int, _ message: String, parameter: String? = nil) {
        self.status = status
        self.message = message
        self.parameter = parameter
    }
}

/// What the provider `local` reads in a request, in either form.
struct LocalRequest {
    var model = LocalModel.echo
    var isStream = false
    /// `stream_options.include_usage`.
    var includesUsage = false
    var maxTokens: Int?
    /// The text of the last message of the user.
    var said = ""
    /// Words in all messages and the system prompt.
    var inputWords = 0
    /// The tool that must be called.
    var tool: String?

    init(_ document: JSONDocument, form: LocalForm) throws(LocalRefusal) {
        let root = document.root
        if document.kind(root) != .object { throw LocalRefusal(400, "The body must be an object.") }
        if let node = document.find("model", in: root) {
            guard let name = document.string(node), let model = LocalModel(name) else {
                let asked = document.string(node).map { "There is no model `\($0)`" } ?? "model must be a string"
                throw LocalRefusal(404, "\(asked). Use one of \(LocalModel.names.joined(separator: ", ")).", parameter: "model")
            }
            self.model = model
        }
        isStream = document.find("stream", in: root).flatMap(document.bool) ?? false
        includesUsage = document.find(path: "stream_options", "include_usage", in: root).flatMap(document.bool) ?? false
        if let n = document.find("n", in: root).flatMap(document.int), n != 1 {
            throw LocalRefusal(400, "`local` gives one answer: leave n out.", parameter: "n")
        }
        let length = document.find("max_completion_tokens", in: root) ?? document.find("max_tokens", in: root)
        maxTokens = length.flatMap(document.int)
        try readMessages(document)
        tool = try requiredTool(document, form)
    }

    private mutating func readMessages(_ document: JSONDocument) throws(LocalRefusal) {
        guard let messages = document.find("messages", in: document.root), document.kind(messages) == .array else {
            throw LocalRefusal(400, "messages must be an array.", parameter: "messages")
        }
        var isEmpty = true
        for message in document.elements(of: messages) {
            isEmpty = false
            let text = document.find("content", in: message).map { plainText(document, $0) } ?? ""
            inputWords += words(of: text).count
            let isUsers = document.find("role", in: message).map { document.isString($0, "user") } ?? false
            // A tool's result comes as the user's message in Anthropic's form, and has no text.
            if isUsers, !text.isEmpty { said = text }
        }
        if isEmpty { throw LocalRefusal(400, "messages must not be empty.", parameter: "messages") }
        if let system = document.find("system", in: document.root) { inputWords += words(of: plainText(document, system)).count }
    }

    /// A string, or the texts of a list of parts, one a line.
    private func plainText(_ document: JSONDocument, _ content: JSONNode) -> String {
        if let text = document.string(content) { return text }
        return document.elements(of: content).compactMap { document.find("text", in: $0).flatMap(document.string) }
            .joined(separator: "\n")
    }

    /// The tool that `tool_choice` demands: a named one, or the first where any will do.
    private func requiredTool(_ document: JSONDocument, _ form: LocalForm) throws(LocalRefusal) -> String? {
        func name(of tool: JSONNode) -> String? {
            (document.find(path: "function", "name", in: tool) ?? document.find("name", in: tool)).flatMap(document.string)
        }
        let tools = document.find("tools", in: document.root)
        let names = tools.map { document.elements(of: $0).compactMap(name) } ?? []
        guard let choice = document.find("tool_choice", in: document.root) else { return nil }
        let kind = document.string(choice) ?? document.find("type", in: choice).flatMap(document.string)
        switch kind {
        case "required", "any":
            if let first = names.first { return first }
            throw LocalRefusal(400, "tool_choice demands a tool, and tools has none.", parameter: "tools")
        case "function", "tool":
            if let named = name(of: choice), names.contains(named) { return named }
            throw LocalRefusal(400, "tool_choice names a tool that is not in tools.", parameter: "tool_choice")
        default: return nil
        }
    }
}

/// The text cut into words, each with the white space before it, the last also with what follows it; joined they are the text.
/// `local` counts a word as a token.
func words(of text: String) -> [Substring] {
    var words: [Substring] = []
    var start = text.startIndex
    var inWord = false
    for index in text.indices {
        let isSpace = text[index].isWhitespace
        if isSpace, inWord {
            words.append(text[start..<index])
            start = index
        }
        inWord = !isSpace
    }
    if inWord { words.append(text[start...]) } else if let last = words.popLast() { words.append(text[last.startIndex...]) }
    return words
}
