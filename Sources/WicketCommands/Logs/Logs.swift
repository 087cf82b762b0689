// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket logs`: what went through the gate.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what went through the gate, the latest first.",
        discussion: """
            Shows your own calls; --all shows everybody's and uses the admin socket, and so does --follow. Times are UTC.
            --filter takes trace_id, virtual_key, provider, model, method, status, error, stream, uid, unit, policy, config, user,
            cache_status, since, until and metadata.KEY.

            Examples:
              wicket logs --limit 5
              wicket logs --virtual-key anthropic-prod --status 429
              wicket logs --filter user=alice --filter metadata.team=blue --since 24h
              wicket logs -f --filter status=429
              wicket logs --json | jq '.logs[].latency_ms.total'
            """)

    @Option(name: .shortAndLong, help: ArgumentHelp("How many rows.", valueName: "n"))
    var limit = 20

    @Option(name: [.customShort("k"), .long], help: ArgumentHelp("Only calls with this virtual key.", valueName: "name"))
    var virtualKey: String?

    @Option(help: ArgumentHelp("Only calls that ended with this status, such as 200 or 429.", valueName: "status"))
    var status: Int?

    @Option(help: ArgumentHelp("Only calls that have this; may be said more than once.", valueName: "key=value"))
    var filter: [FilterArgument] = []

    @Option(help: ArgumentHelp("Only calls of the last 90m, 24h, 7d, or from a time on.", valueName: "time"))
    var since: TimeArgument?

    @Flag(name: .shortAndLong, help: "Show the latest ones, then each new call, by the admin socket.")
    var follow = false

    @Flag(help: "Everybody's calls, by the admin socket.")
    var all = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard 1...Page.maximumLimit ~= limit else { throw ValidationError("--limit must be from 1 to \(Page.maximumLimit).") }
    }

    mutating func run() async throws {
        var wanted = try LogFilter(filter)
        wanted.virtualKey = virtualKey ?? wanted.virtualKey
        wanted.status = status ?? wanted.status
        wanted.since = since?.text ?? wanted.since
        if follow { return try await tail(wanted) }
        let console = global.console
        let client = all ? try await global.connectAdmin() : try await global.connect()
        let rows = try await rows(client, wanted)
        if console.json { return }
        if rows.isEmpty { return console.note("No calls yet. Make one: wicket chat \"Say this is a test\"") }
        for line in LogTable(rows).lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }

    /// A page may be short where the daemon had to look at many rows for it: it goes on until there are enough. As JSON each page
    /// is printed as it comes.
    private func rows(_ client: WicketClient, _ wanted: LogFilter) async throws -> [WicketValue] {
        var rows: [WicketValue] = []
        var page = Page(limit: limit)
        repeat {
            let params = LogsList.Params(filter: wanted, page: page)
            let result = try await client.call(LogsList.name, WicketValue(writing: params.write))
            if global.console.json { try global.console.line(result) }
            rows += result["logs"].elements
            page = Page(limit: max(1, limit - rows.count), cursor: result["next_cursor"].string)
        } while rows.count < limit && page.cursor != nil
        return rows
    }

    private func tail(_ wanted: LogFilter) async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        func show(_ row: WicketValue) throws {
            if console.json { return try console.line(row) }
            let alert = row["alert"]
            try console.line(
                alert.isObject ? BudgetAlertLine(alert).text(console.outputStyle) : LogLine(row).text(console.outputStyle))
        }
        let page = LogsList.Params(filter: wanted, page: Page(limit: limit))
        let latest = try await client.call(LogsList.name, WicketValue(writing: page.write))["logs"].elements
        for row in latest.reversed() { try show(row) }
        let params = LogsTail.Params(filter: wanted, after: latest.first?["id"].string)
        for try await row in try client.stream(LogsTail.name, WicketValue(writing: params.write)) { try show(row) }
    }
}
