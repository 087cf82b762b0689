// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket models`: what can be asked for, and what it costs.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List models and their prices.",
        discussion: """
            Without a key it is the built-in catalog with your own prices over it, in dollars for a million tokens.

            Examples:
              wicket models --search sonnet
              wicket models --provider openai --mode embedding --json
              wicket models --virtual-key anthropic-prod
              wicket models --provider ollama --ask
            """)

    @Option(
        name: [.customShort("k"), .long],
        help: ArgumentHelp("Ask the provider of this virtual key what it offers.", valueName: "name"))
    var virtualKey: String?

    @Option(help: "Only the models of this provider.")
    var provider: String?

    @Flag(help: "Ask the provider itself, and not the catalog; one that takes no key.")
    var ask = false

    @Option(help: "Only those whose name, or provider/name, has this in it.")
    var search: String?

    @Option(help: "Only those of this mode: chat, embedding, rerank, image_generation, audio_transcription…")
    var mode: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if ask, provider == nil { throw ValidationError("--ask needs --provider: say which one to ask.") }
        if ask || virtualKey != nil, search != nil || mode != nil {
            throw ValidationError("--search and --mode are for the catalog; a provider lists what it lists.")
        }
    }

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connect()
        if ask || virtualKey != nil { return try await listOffered(client, console) }
        var table = ModelTable()
        var cursor: String?
        repeat {
            let params = request(cursor)
            let result = try await Spinner.show("reading", on: console) { try await client.call(ModelsList.name, params) }
            if console.json { try console.line(result) } else { table.add(result["response"]["data"].elements) }
            cursor = result["response"]["next_cursor"].string
        } while cursor != nil
        if console.json { return }
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }

    private func request(_ cursor: String?) -> WicketValue {
        var members: [(String, WicketValue)] = [("limit", 1000)]
        for (name, text) in [("provider", provider), ("search", search), ("mode", mode), ("cursor", cursor)] {
            if let text { members.append((name, WicketValue(text))) }
        }
        return ["request": WicketValue(members)]
    }

    private func listOffered(_ client: WicketClient, _ console: Console) async throws {
        var options: [(String, WicketValue)] = []
        if let virtualKey { options.append(("virtual_key", WicketValue(virtualKey))) }
        if let provider { options.append(("provider", WicketValue(provider))) }
        let params: WicketValue = ["options": WicketValue(options)]
        let result = try await Spinner.show("asking", on: console) { try await client.call(ModelsList.name, params) }
        if console.json { return try console.line(result) }
        var table = Table([.init("MODEL"), .init("OWNED BY")])
        table.rows = result["response"]["data"].elements.map { [$0["id"].string ?? "", $0["owned_by"].string ?? ""] }
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }
}
