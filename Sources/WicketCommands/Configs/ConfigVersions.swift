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
        var page = Page(limit: 200)
        repeat {
            let params = ConfigsVersionsList.Params(name: name, page: page)
            let result = try await client.call(
                ConfigsVersionsList.name, WicketValue(writing: params.write), advice: ConfigAdvice.all)
            if console.json { try console.line(result) }
            table.rows += result["versions"].elements.map { version in
                [
                    version["version"].int.map(String.init) ?? "", shortTime(version["created_at"].string),
                    version["digest"].string ?? "",
                ]
            }
            page.cursor = result["next_cursor"].string
        } while page.cursor != nil
        if console.json { return }
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }
}
