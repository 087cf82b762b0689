// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the virtual keys, without their secrets.",
        discussion: """
            Examples:
              wicket keys list
              wicket keys list --json
            """)

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        let titles = ["NAME", "PROVIDER", "MODELS", "BASE URL", "FINGERPRINT", "CREATED", "NOTE"]
        var table = Table(titles.map { Table.Column($0) })
        var page = Page(limit: 200)
        repeat {
            let params = VirtualKeysList.Params(page: page)
            let result = try await client.call(VirtualKeysList.name, WicketValue(writing: params.write))
            if console.json { try console.line(result) }
            table.rows += result["virtual_keys"].elements.map(Self.row)
            page.cursor = result["next_cursor"].string
        } while page.cursor != nil
        if console.json { return }
        if table.rows.isEmpty { return console.note("No keys yet. Add one: wicket keys add NAME --provider PROVIDER") }
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }

    private static func row(_ key: WicketValue) -> [String] {
        let models = key["models"].isNull ? "all" : key["models"].elements.compactMap(\.string).joined(separator: ", ")
        return [
            key["name"].string ?? "", key["provider"].string ?? "", models, key["base_url"].string ?? "",
            key["fingerprint"].string ?? "", shortTime(key["created_at"].string), key["note"].string ?? "",
        ]
    }
}
