// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import WicketClient

/// What to ask of which model, and how the gateway shall route it.
struct ChatOptions: ParsableArguments {
    /// Needs no key and no network.
    static let builtInModel = "local/echo"

    @Option(name: .shortAndLong, help: "The model, by its name or an alias (default: $WICKET_MODEL).")
    var model: String?

    @Option(
        name: [.customShort("k"), .long],
        help: ArgumentHelp("The virtual key to use; see `wicket keys list`.", valueName: "name"))
    var virtualKey: String?

    @Option(help: "The provider to ask, when no virtual key says it.")
    var provider: String?

    @Option(help: "A system message.")
    var system: String?

    @Option(
        help: ArgumentHelp(
            "A routing config: a saved one's name, a file (@FILE, .json, or with a / in it), or JSON.", valueName: "config"))
    var config: String?

    @Option(help: ArgumentHelp("A tag for the log, to filter by; may be repeated.", valueName: "key=value"))
    var metadata: [String] = []

    @Option(help: ArgumentHelp("The most tokens that the answer may have.", valueName: "n"))
    var maxTokens: Int?

    func validate() throws {
        if virtualKey != nil, provider != nil {
            throw ValidationError("Give --virtual-key or --provider, not both: a key says its provider.")
        }
        if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens must be 1 or more.") }
        for tag in metadata where (tag.firstIndex(of: "=") ?? tag.startIndex) == tag.startIndex {
            throw ValidationError("--metadata takes key=value, not \(tag).")
        }
        if chosenModel == nil, virtualKey ?? provider != nil {
            throw ValidationError("Say which model with --model; `wicket models` lists them.")
        }
    }

    /// Nothing says what to ask, so the built-in model does.
    var usesBuiltInModel: Bool { chosenModel == nil && config == nil }

    private var chosenModel: String? {
        let named = model ?? getenv("WICKET_MODEL").map { String(cString: $0) }
        return named?.isEmpty == true ? nil : named
    }

    /// The params of `chat.completions.create`.
    func params(prompt: String) throws -> WicketValue {
        var messages: [WicketValue] = []
        if let system { messages.append(["role": "system", "content": WicketValue(system)]) }
        messages.append(["role": "user", "content": WicketValue(prompt)])
        // A config may name the model of each of its targets.
        var request: [(String, WicketValue)] = []
        if let model = chosenModel ?? (config == nil ? Self.builtInModel : nil) { request.append(("model", WicketValue(model))) }
        request.append(("messages", WicketValue(messages)))
        if let maxTokens { request.append(("max_tokens", WicketValue(maxTokens))) }
        let options = try gatewayOptions()
        return options.isEmpty
            ? ["request": WicketValue(request)] : ["request": WicketValue(request), "options": WicketValue(options)]
    }

    private func gatewayOptions() throws -> [(String, WicketValue)] {
        var options: [(String, WicketValue)] = []
        if let virtualKey { options.append(("virtual_key", WicketValue(virtualKey))) }
        if let provider { options.append(("provider", WicketValue(provider))) }
        if let config { options.append(("config", try configValue(config))) }
        if !metadata.isEmpty { options.append(("metadata", WicketValue(metadata.map(Self.tag)))) }
        return options
    }

    private static func tag(_ text: String) -> (String, WicketValue) {
        let separator = text.firstIndex(of: "=") ?? text.endIndex
        return (String(text[..<separator]), WicketValue(String(text[separator...].dropFirst())))
    }

    /// No saved config has a slash in its name.
    private func configValue(_ text: String) throws -> WicketValue {
        var json = text
        if text.hasPrefix("@") {
            json = try InputText.file(String(text.dropFirst()))
        } else if text.contains("/") && !text.hasPrefix("{") || text.hasSuffix(".json") {
            json = try InputText.file(text)
        } else if !text.hasPrefix("{") {
            return WicketValue(text)
        }
        return try JSONArgument.object(json, named: "--config", of: "chat")
    }
}
