// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct AuditListing: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the audit log, the latest first.",
        discussion: """
            Times are UTC.

            Examples:
              wicket audit list --limit 5
              wicket audit list --kind call.denied --uid 1000
              wicket audit list --subject anthropic-prod --since 2026-11-24T00:00:00Z
              wicket audit list --json | jq '.entries[].kind'
            """)

    @Option(name: .shortAndLong, help: ArgumentHelp("How many entries.", valueName: "n"))
    var limit = 20

    @Option(help: ArgumentHelp("Only entries of this kind, such as key.created or call.denied.", valueName: "kind"))
    var kind: String?

    @Option(help: ArgumentHelp("Only entries about this key, policy or method.", valueName: "name"))
    var subject: String?

    @Option(help: ArgumentHelp("Only what this user did.", valueName: "uid"))
    var uid: Int?

    @Option(help: ArgumentHelp("Only entries of this time or later.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only entries before this time.", valueName: "time"))
    var until: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard 1...Page.maximumLimit ~= limit else { throw ValidationError("--limit must be from 1 to \(Page.maximumLimit).") }
    }

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        var filter = AuditList.Filter()
        filter.kind = kind
        filter.subject = subject
        filter.uid = uid
        filter.since = since
        filter.until = until
        let params = AuditList.Params(filter: filter, page: Page(limit: limit))
        let result = try await client.call(AuditList.name, WicketValue(writing: params.write))
        if console.json { return try console.line(result) }
        let entries = result["entries"].elements
        if entries.isEmpty { return console.note("The audit log has no such entry.") }
        var table = Table([
            .init("ID", .number), .init("TIME", .whole), .init("KIND", .whole), .init("SUBJECT"), .init("WHO"), .init("DETAIL"),
        ])
        table.rows = entries.map(Self.cells)
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }

    private static func cells(_ entry: WicketValue) -> [String] {
        let actor = entry["actor"]
        let name = actor["unit"].string ?? actor["executable"].string
        let who = actor["uid"].int.map { "uid \($0)" + (name.map { " (\($0))" } ?? "") } ?? "wicketd"
        return [
            entry["id"].int.map(String.init) ?? "", shortTime(entry["at"].string), entry["kind"].string ?? "",
            entry["subject"].string ?? "", who, entry["detail"].string ?? "",
        ]
    }
}
