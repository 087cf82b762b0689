// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What can be said of a request's tokens before a provider counts them.
package struct RequestMeasure: Sendable, Equatable {
    /// Bytes of the request, less its images and documents. No token is of less than one byte of what it stands for, so this is
    /// as many tokens of text as there can be, and of sound, whose tokens stand for hundreds of bytes each.
    package private(set) var bytes = 0
    package private(set) var images = 0
    /// Documents, films, and whatever the request only names: what is in them, and how much, is not in the request.
    package private(set) var documents = 0
    /// Whether it has tools that the provider runs itself, and whose results it bills as input.
    package private(set) var runsTools = false
    private var hasTools = false
    /// What the request allows for each choice, and how many choices it wants.
    private var outputLimit: Int?
    private var choices = 1

    package init(_ request: JSONNode, in document: JSONDocument) {
        bytes = document.raw(request).count
        for (key, value) in document.members(of: request) {
            if document.isString(key, "messages") || document.isString(key, "input") || document.isString(key, "system") {
                measure(value, document)
            } else if document.isString(key, "tools") {
                hasTools = true
                runsTools = runsTools || document.elements(of: value).contains { !isCallers($0, document) }
            } else if document.isString(key, "web_search_options") || document.isString(key, "mcp_servers") {
                runsTools = true
            } else if document.isString(key, "max_tokens") || document.isString(key, "max_completion_tokens")
                || document.isString(key, "max_output_tokens")
            {
                outputLimit = document.int(value).map { max(0, $0, outputLimit ?? 0) } ?? outputLimit
            } else if document.isString(key, "n") || document.isString(key, "best_of") {
                choices = max(choices, document.int(value) ?? 1)
            }
        }
    }

    private mutating func measure(_ node: JSONNode, _ document: JSONDocument) {
        switch document.kind(node) {
        case .array: for element in document.elements(of: node) { measure(element, document) }
        case .object:
            switch document.find("type", in: node).flatMap({ document.string($0) }) {
            case "image_url", "image", "input_image":
                images += 1
                bytes -= document.raw(node).count
            case "document", "file", "input_file", "video_url", "input_video", "container_upload", "audio_url":
                documents += 1
                bytes -= document.raw(node).count
            default:
                for (key, value) in document.members(of: node) where document.isString(key, "content") {
                    measure(value, document)
                }
            }
        default: break
        }
    }

    /// A tool that the caller runs: a function, or Anthropic's form of one, which has no type.
    private func isCallers(_ tool: JSONNode, _ document: JSONDocument) -> Bool {
        guard let type = document.find("type", in: tool), !document.isNull(type) else { return true }
        return document.isString(type, "function") || document.isString(type, "custom")
    }
}

extension RequestMeasure {
    /// The most input tokens that it can be billed for by a model; nil where nothing bounds them.
    ///
    /// A token for each byte, and room for what providers put around it; for an image the most that any provider asks. What only
    /// the provider sees (a document, a film) can be as much as the model takes.
    package func largestInput(model: String, price: ModelPrice?) -> Int? {
        if runsTools { return nil }
        let known = bytes + images * Self.largestImage(of: model) + Self.template + (hasTools ? Self.toolTemplate : 0)
        if documents == 0 { return known }
        return price?.contextTokens.map { max(known, $0) }
    }

    /// The most output tokens: those that the request allows, else the most that the model makes; for each choice. nil where
    /// nothing bounds them.
    package func largestOutput(price: ModelPrice?) -> Int? {
        guard let limit = outputLimit ?? price?.maximumOutputTokens ?? price?.contextTokens else { return nil }
        let (product, overflow) = limit.multipliedReportingOverflow(by: choices)
        return overflow ? .max : product
    }

    /// About how many input tokens it has: four bytes a token, a thousand for an image, three thousand (a page) for a document.
    package var likelyInput: Int { (bytes + 3) / 4 + images * 1000 + documents * 3000 }

    /// Text that a model's template adds: roles, a date, a default system prompt.
    private static var template: Int { 256 }
    /// What Anthropic puts before tools (up to 804 tokens), rounded up.
    private static var toolTemplate: Int { 1024 }

    /// OpenAI's `gpt-4o-mini` asks 2,833 tokens and 5,667 for each of at most 8 tiles, Anthropic at most 4,784; no other asks
    /// more than 10,000 patches at 1.2 tokens.
    private static func largestImage(of model: String) -> Int {
        if model.contains("4o-mini") { return 48_169 }
        return model.contains("claude") ? 4784 : 12_000
    }
}
