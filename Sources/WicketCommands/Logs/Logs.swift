// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket logs`: what went through the gate.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what went through the gate, the latest first.",
        discussion: """
            Shows your own calls; --all shows everybody's and uses the admin socket. Times are UTC.

            Examples:
              wicket logs --limit 5
              wicket logs --virtual-key anthropic-prod --status 429
              wicket logs --json | jq '.logs[].latency_ms.total'
            """)

    @Option(name: .shortAndLong, help: ArgumentHelp("How many rows.", valueName: "n"))
    var limit = 20

    @Option(name: [.customShort("k"), .long], help: ArgumentHelp("Only calls with this virtual key.", valueName: "name"))
    var virtualKey: String?

    @Option(help: ArgumentHelp("Only calls that ended with this status, such as 200 or 429.", valueName: "status"))
    var status: Int?

    @Flag(help: "Everybody's calls, by the admin socket.")
    var all = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard 1...Page.maximumLimit ~= limit else { throw ValidationError("--limit must be from 1 to \(Page.maximumLimit).") }
    }

    mutating func run() async throws {
        let console = global.console
        let client = all ? try await global.connectAdmin() : try await global.connect()
        var filter = LogFilter()
        filter.virtualKey = virtualKey
        filter.status = status
        let params = LogsList.Params(filter: filter, page: Page(limit: limit))
        let result = try await client.call(LogsList.name, WicketValue(writing: params.write))
        if console.json { return try console.line(result) }
        let rows = result["logs"].elements
        if rows.isEmpty { return console.note("No calls yet. Make one: wicket chat \"Say this is a test\"") }
        for line in LogTable(rows).lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }
}
