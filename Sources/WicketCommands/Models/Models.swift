// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket models`: what can be asked for.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the models that can be asked for.",
        discussion: """
            Examples:
              wicket models
              wicket models --virtual-key anthropic-prod
            """)

    @Option(name: [.customShort("k"), .long], help: ArgumentHelp("Ask the provider of this virtual key.", valueName: "name"))
    var virtualKey: String?

    @Option(help: "Ask this provider.")
    var provider: String?

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connect()
        var options: [(String, WicketValue)] = []
        if let virtualKey { options.append(("virtual_key", WicketValue(virtualKey))) }
        if let provider { options.append(("provider", WicketValue(provider))) }
        let params: WicketValue = options.isEmpty ? [:] : ["options": WicketValue(options)]
        let result = try await Spinner.show("asking", on: console) { try await client.call(ModelsList.name, params) }
        if console.json { return try console.line(result) }
        var table = Table([.init("MODEL"), .init("OWNED BY")])
        table.rows = result["response"]["data"].elements.map { [$0["id"].string ?? "", $0["owned_by"].string ?? ""] }
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }
}
