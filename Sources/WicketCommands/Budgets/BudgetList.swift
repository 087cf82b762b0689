// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct BudgetList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show all budgets, each with a bar of what was spent.",
        discussion: """
            Examples:
              wicket budgets list
              wicket budgets list --json
            """)

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        let result = try await client.call(BudgetsList.name)
        if console.json { return try console.line(result) }
        let budgets = result["budgets"].elements
        if budgets.isEmpty {
            return console.note("There is no budget. Give a key usage_limits, or write budgets: in the configuration.")
        }
        for line in BudgetTable(budgets).lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }
}
