// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct ConfigCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Save a routing config under a name.",
        discussion: """
            Keys do not belong into it: name virtual keys, which are in the vault.

            Examples:
              wicket configs create resilient fallback.json
              wicket configs create resilient - < fallback.json
            """)

    @Argument(help: "What callers will call it.")
    var name: String

    @Argument(help: "The config, a file of JSON; - reads standard input.")
    var file: String

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard EntryName.isValid(name) else {
            throw ValidationError("A config's name is 1 to 128 letters, digits, `.`, `_` or `-`, the first a letter or a digit.")
        }
    }

    mutating func run() async throws {
        let params = ConfigsCreate.Params(name: name, config: try ConfigText.read(file, for: "configs create"))
        let client = try await global.connectAdmin()
        let result = try await client.call(ConfigsCreate.name, WicketValue(writing: params.write), advice: ConfigAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        console.warn(result["warnings"])
        try console.line("Saved \(name) as version \(result["version"].int ?? 1).")
        if console.outputIsTerminal { try console.line("Use it: wicket chat --config \(name) --model MODEL \"Hello\"") }
    }
}
