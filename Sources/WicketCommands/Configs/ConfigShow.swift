// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct ConfigShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print a saved config.",
        discussion: """
            Prints the JSON as it was given, so that it can be changed and saved again.

            Examples:
              wicket configs show resilient
              wicket configs show resilient --version 2 > fallback.json
            """)

    @Argument(help: "The config's name.")
    var name: String

    @Option(help: ArgumentHelp("An older version than the newest.", valueName: "n"))
    var version: Int?

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let params = ConfigsGet.Params(name: name, version: version)
        let client = try await global.connectAdmin()
        var advice = ConfigAdvice.all
        if version != nil { advice["not_found"] = "`wicket configs versions \(name)` lists those that there are." }
        let result = try await client.call(ConfigsGet.name, WicketValue(writing: params.write), advice: advice)
        let console = global.console
        if console.json { return try console.line(result) }
        if console.errorIsTerminal {
            let saved = "version \(result["version"].int ?? 0), \(shortTime(result["created_at"].string))"
            console.note(console.errorStyle.dim("\(name): \(saved)"))
        }
        if let problem = result["problem"].string { console.warn([WicketValue(problem)]) }
        console.warn(result["warnings"])
        try console.foreign(result["config"].json + "\n")
    }
}
