// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket usage`: what was used, by whom or by what.
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Show what was used and what it cost.",
        discussion: """
            Shows your own calls; --all shows everybody's and uses the admin socket. Whole hours of UTC are counted. --by takes
            key, model, requested_model, provider, user, uid, unit, policy, config, method, status, error, cache_status, stream
            and metadata.KEY.

            Examples:
              wicket usage
              wicket usage --by model --since 7d
              wicket usage --all --by user --since 30d
              wicket usage --by metadata.team --json | jq '.usage[].cost'
            """)

    @Option(help: ArgumentHelp("What to tell apart.", valueName: "dimension"))
    var by = "model"

    @Option(help: ArgumentHelp("The last 90m, 24h, 7d, or from a time on.", valueName: "time"))
    var since = TimeArgument.lastDay

    @Flag(help: "Everybody's calls, by the admin socket.")
    var all = false

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = all ? try await global.connectAdmin() : try await global.connect()
        let dimension = by == "key" ? "virtual_key" : by
        let params = UsageGet.Params(time: TimeRange(from: since.text), groupBy: [dimension])
        let result = try await client.call(UsageGet.name, WicketValue(writing: params.write))
        if console.json { return try console.line(result) }
        if result["usage"].elements.isEmpty {
            return console.note("No calls in that time. `wicket usage --help` tells how to look further back.")
        }
        let report = UsageReport(result, dimension)
        for line in report.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
        if let note = report.note { console.note(console.errorStyle.dim(note)) }
    }
}

/// The answer of `usage.get` as a table with a bar for each row.
struct UsageReport {
    private let result: WicketValue
    private let dimension: String
    private static let barWidth = 20

    init(_ result: WicketValue, _ dimension: String) {
        self.result = result
        self.dimension = dimension
    }

    func lines(width: Int?, style: Style) -> [String] {
        let rows = result["usage"].elements
        let measure = Self.measure(result["total"])
        let largest = rows.map(measure.value).max() ?? 0
        var table = Table([
            .init(dimension.uppercased()), .init("REQUESTS", .number), .init("ERRORS", .number), .init("IN", .number),
            .init("OUT", .number), .init("COST", .number), .init("", .whole),
        ])
        table.rows = rows.map { row in
            let share = largest > 0 ? Double(measure.value(row)) / Double(largest) : 0
            return Self.cells(row["by"][dimension].string, row) + [bar(share, width: Self.barWidth) + " "]
        }
        table.rows.append(Self.cells("total", result["total"]) + ["by \(measure.name)"])
        return table.lines(width: width, style: style)
    }

    /// What keeps the figures from being exact.
    var note: String? {
        let unpriced = result["total"]["unpriced_requests"].int ?? 0
        let parts: [String?] = [
            unpriced > 0 ? "Nobody knows the price of \(unpriced) requests; they are not in the cost." : nil,
            result["approximate"].bool == true ? "There are too many groups to tell all apart." : nil,
            result["truncated"].bool == true ? "There are too many calls to look at each: these are the newest." : nil,
        ]
        let told = parts.compactMap(\.self)
        return told.isEmpty ? nil : told.joined(separator: " ")
    }

    /// Money where there is any, else tokens, else requests.
    private static func measure(_ total: WicketValue) -> (name: String, value: (WicketValue) -> Int) {
        let cost = { (row: WicketValue) in row["cost"]["nano_usd"].int ?? 0 }
        let tokens = { (row: WicketValue) in (row["input_tokens"].int ?? 0) &+ (row["output_tokens"].int ?? 0) }
        if cost(total) > 0 { return ("cost", cost) }
        return tokens(total) > 0 ? ("tokens", tokens) : ("requests", { $0["requests"].int ?? 0 })
    }

    private static func cells(_ name: String?, _ row: WicketValue) -> [String] {
        func count(_ member: String) -> String { row[member].int.map(String.init) ?? "" }
        let estimated = row["cost"]["status"].string == "estimated" ? "~" : ""
        return [
            name ?? "(none)", count("requests"), count("errors"), count("input_tokens"), count("output_tokens"),
            row["cost"]["nano_usd"].int.map { estimated + dollars($0) } ?? "unpriced",
        ]
    }
}
