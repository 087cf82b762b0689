// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct ConfigRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a config with all of its versions.",
        discussion: """
            Example:
              wicket configs remove resilient
            """)

    @Argument(help: "The config's name.")
    var name: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let params = ConfigsDelete.Params(name: name)
        let result = try await client.call(ConfigsDelete.name, WicketValue(writing: params.write), advice: ConfigAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        try console.line("Removed \(name).")
    }
}
