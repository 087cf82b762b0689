// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

extension LogsExport.Format: ExpressibleByArgument {}

/// `wicket export`: the journal as a file.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the journal as JSON lines or CSV to standard output.",
        discussion: """
            Everybody's calls, the latest first, by the admin socket. --filter is as in `wicket logs`. --json is the same as
            --format jsonl.

            Examples:
              wicket export > calls.jsonl
              wicket export --format csv --since 30d --filter virtual_key=anthropic-prod > calls.csv
            """)

    @Option(help: ArgumentHelp("jsonl or csv.", valueName: "format"))
    var format = LogsExport.Format.jsonl

    @Option(help: ArgumentHelp("Only calls that have this; may be said more than once.", valueName: "key=value"))
    var filter: [FilterArgument] = []

    @Option(help: ArgumentHelp("Only calls of the last 90m, 24h, 7d, or from a time on.", valueName: "time"))
    var since: TimeArgument?

    @Option(help: ArgumentHelp("Only calls before this.", valueName: "time"))
    var until: TimeArgument?

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        if console.json, format == .csv {
            throw CommandFailure.usage("--json and --format csv exclude each other.", see: "export")
        }
        var wanted = try LogFilter(filter)
        wanted.since = since?.text ?? wanted.since
        wanted.until = until?.text ?? wanted.until
        let params = LogsExport.Params(filter: wanted, format: format)
        let client = try await global.connectAdmin()
        let stream = try client.stream(LogsExport.name, WicketValue(writing: params.write))
        for try await chunk in stream { try console.write(chunk["text"].string ?? "") }
        if console.errorIsTerminal, !console.outputIsTerminal { console.note("\(stream.result["rows"].int ?? 0) calls.") }
    }
}
