// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct ConfigUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Save the next version of a config.",
        discussion: """
            The next call that names it follows it; calls under way keep the one that they began with. Older versions are kept.

            Examples:
              wicket configs update resilient fallback.json
              wicket configs update resilient --expect 3 - < fallback.json
            """)

    @Argument(help: "The config's name.")
    var name: String

    @Argument(help: "The config, a file of JSON; - reads standard input.")
    var file: String

    @Option(help: ArgumentHelp("Change nothing unless this is the newest version by now.", valueName: "version"))
    var expect: Int?

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let params = ConfigsUpdate.Params(
            name: name, config: try ConfigText.read(file, for: "configs update"), expectedVersion: expect)
        let client = try await global.connectAdmin()
        let result = try await client.call(ConfigsUpdate.name, WicketValue(writing: params.write), advice: ConfigAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        console.warn(result["warnings"])
        try console.line("Saved \(name) as version \(result["version"].int ?? 0).")
    }
}
