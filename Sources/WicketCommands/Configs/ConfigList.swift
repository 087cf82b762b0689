// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct ConfigList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the saved configs.",
        discussion: """
            Examples:
              wicket configs list
              wicket configs list --json
            """)

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        var table = Table([
            .init("NAME", .whole), .init("VERSION", .number), .init("SAVED", .whole), .init("SOURCE", .whole),
            .init("DIGEST", .whole), .init("STATE"),
        ])
        let configs = try await client.allRows(ConfigsList.name, "configs", console) {
            WicketValue(writing: ConfigsList.Params(page: $0).write)
        }
        guard let configs else { return }
        table.rows = configs.map(Self.row)
        if table.rows.isEmpty { return console.note("No configs yet. Save one: wicket configs create NAME FILE") }
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }

    private static func row(_ config: WicketValue) -> [String] {
        [
            config["name"].string ?? "", config["version"].int.map(String.init) ?? "", shortTime(config["created_at"].string),
            config["source"].string ?? "", String((config["digest"].string ?? "").prefix(12)),
            config["problem"].string ?? "ok",
        ]
    }
}
