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
        let titles = ["NAME", "PROVIDER", "MODELS", "BASE URL", "FINGERPRINT", "LAST USED", "OWNER", "NOTE"]
        var table = Table(titles.map { Table.Column($0) })
        let keys = try await client.allRows(VirtualKeysList.name, "virtual_keys", console) {
            WicketValue(writing: VirtualKeysList.Params(page: $0).write)
        }
        guard let keys else { return }
        table.rows = keys.map(Self.row)
        if table.rows.isEmpty { return console.note("No keys yet. Add one: wicket keys add NAME --provider PROVIDER") }
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }

    private static func row(_ key: WicketValue) -> [String] {
        let models = key["models"].isNull ? "all" : key["models"].elements.compactMap(\.string).joined(separator: ", ")
        return [
            key["name"].string ?? "", key["provider"].string ?? "", models, key["base_url"].string ?? "",
            key["fingerprint"].string ?? "", key["last_used_at"].string.map { shortTime($0) } ?? "never", owner(key["owner"]),
            key["note"].string ?? "",
        ]
    }

    private static func owner(_ owner: WicketValue) -> String {
        owner["user"].string ?? owner["uid"].int.map { "uid \($0)" } ?? ""
    }
}
