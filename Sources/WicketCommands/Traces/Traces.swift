// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket traces`: the latest traces, or one of them as a waterfall.
struct Traces: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show traces, or where the time of one of them went.",
        discussion: """
            Without a trace it lists the latest ones, by the admin socket. With one it draws its spans: requests, tries and looks
            into the cache, each with its place in time. That shows your own requests; --all shows everybody's and uses the admin
            socket.

            Examples:
              wicket traces --limit 5
              wicket traces 4bf92f3577b34da6a3ce929d0e0e4736
              wicket traces --json | jq '.traces[].trace_id'
            """)

    @Argument(help: "The trace, as in gateway.trace_id of a reply. The latest ones are listed when left out.")
    var trace: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("How many traces to list.", valueName: "n"))
    var limit = 20

    @Flag(help: "Everybody's requests of a trace, by the admin socket.")
    var all = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard 1...Page.maximumLimit ~= limit else { throw ValidationError("--limit must be from 1 to \(Page.maximumLimit).") }
    }

    mutating func run() async throws {
        guard let trace else { return try await list() }
        let client = all ? try await global.connectAdmin() : try await global.connect()
        let params = TracesGet.Params(traceID: trace)
        let result = try await client.call(
            TracesGet.name, WicketValue(writing: params.write),
            advice: ["not_found": "`wicket traces` shows the latest ones, `wicket logs --json` your own; --all looks at all."])
        let console = global.console
        if console.json { return try console.line(result) }
        for line in Waterfall(result["spans"]).lines(width: console.width, style: console.outputStyle) {
            try console.line(line)
        }
    }

    private func list() async throws {
        let client = try await global.connectAdmin()
        let params = TracesList.Params(page: Page(limit: limit))
        let result = try await client.call(TracesList.name, WicketValue(writing: params.write))
        let console = global.console
        if console.json { return try console.line(result) }
        var table = Table([
            .init("TRACE", .whole), .init("STARTED", .whole), .init("NAME"), .init("REQUESTS", .number), .init("TRIES", .number),
            .init("ERRORS", .number), .init("TOOK", .number),
        ])
        table.rows = result["traces"].elements.map { trace in
            [
                trace["trace_id"].string ?? "", shortTime(trace["started_at"].string), trace["name"].string ?? "",
                trace["requests"].int.map(String.init) ?? "", trace["attempts"].int.map(String.init) ?? "",
                trace["errors"].int.map(String.init) ?? "", trace["duration_ms"].double.map(milliseconds) ?? "",
            ]
        }
        if table.rows.isEmpty { return console.note("No calls yet. Make one: wicket chat \"Say this is a test\"") }
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }
}
