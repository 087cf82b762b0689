// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct BudgetReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Forget what was spent of a budget in its present window.",
        discussion: """
            What is reserved for calls under way stays so, and the log keeps its rows. It is noted in the audit log.

            Example:
              wicket budgets reset virtual_key/openai-prod/usd/daily
            """)

    @Argument(help: "The budget, as `wicket budgets` shows it.")
    var id: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        let params = BudgetsReset.Params(id: id)
        let result = try await client.call(BudgetsReset.name, WicketValue(writing: params.write), advice: BudgetAdvice.all)
        if console.json { return try console.line(result) }
        let left = BudgetAmount(result, "left").text
        try console.line("\(id.withoutControls) has \(left) of \(BudgetAmount(result, "amount").text) left.")
    }
}
