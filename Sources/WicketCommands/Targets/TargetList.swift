// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct TargetList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the health of all targets.",
        discussion: """
            --watch shows it anew each second, until Ctrl-C.

            Examples:
              wicket targets list
              wicket targets list --watch
              wicket targets list --json
            """)

    @Flag(name: .shortAndLong, help: "Show it anew each second.")
    var watch = false

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        if !watch { return try show(try await client.call(TargetsList.name), on: console) }
        while true {
            let result = try await client.call(TargetsList.name)
            // From the top of an empty screen, so that nothing of the last table stays.
            if console.outputIsTerminal, !console.json { try console.write("\u{1B}[H\u{1B}[2J") }
            try show(result, on: console)
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func show(_ result: WicketValue, on console: Console) throws {
        if console.json { return try console.line(result) }
        let targets = result["targets"].elements
        if targets.isEmpty { return console.note("No target was asked yet. Ask one: wicket chat \"Say this is a test\"") }
        for line in TargetTable(targets).lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }
}
