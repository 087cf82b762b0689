// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct ConfigCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell what is wrong with a config, and save nothing.",
        discussion: """
            Ends with 0 when calls could follow it, warnings or not, and with 1 and the path of the first fault when not. Whether
            its keys and providers are there is seen when a call asks them.

            Examples:
              wicket configs check fallback.json
              wicket configs check - < fallback.json
            """)

    @Argument(help: "The config, a file of JSON; - reads standard input.")
    var file: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let params = ConfigsCheck.Params(config: try ConfigText.read(file, for: "configs check"))
        let client = try await global.connectAdmin()
        let result = try await client.call(ConfigsCheck.name, WicketValue(writing: params.write), advice: ConfigAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        console.warn(result["warnings"])
        let count = result["warnings"].elements.count
        try console.line(count == 0 ? "Good." : "Good, with \(count == 1 ? "a warning" : "\(count) warnings").")
    }
}
