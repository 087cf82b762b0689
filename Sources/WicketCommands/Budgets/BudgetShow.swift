// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct BudgetShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one budget.",
        discussion: """
            Example:
              wicket budgets show budget/team/usd/monthly
            """)

    @Argument(help: "The budget, as `wicket budgets` shows it.")
    var id: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        let params = BudgetsGet.Params(id: id)
        let result = try await client.call(BudgetsGet.name, WicketValue(writing: params.write), advice: BudgetAdvice.all)
        if console.json { return try console.line(result) }
        for line in BudgetTable([result]).lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }
}
