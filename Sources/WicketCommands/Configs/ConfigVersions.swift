// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct ConfigVersions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "List the versions of a config, the newest first.",
        discussion: """
            Example:
              wicket configs versions resilient
            """)

    @Argument(help: "The config's name.")
    var name: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        var table = Table([.init("VERSION", .number), .init("SAVED", .whole), .init("DIGEST", .whole)])
        let versions = try await client.allRows(ConfigsVersionsList.name, "versions", console, advice: ConfigAdvice.all) {
            WicketValue(writing: ConfigsVersionsList.Params(name: name, page: $0).write)
        }
        guard let versions else { return }
        table.rows = versions.map { version in
            [
                version["version"].int.map(String.init) ?? "", shortTime(version["created_at"].string),
                version["digest"].string ?? "",
            ]
        }
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }
}
