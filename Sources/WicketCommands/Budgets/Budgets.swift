// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `wicket budgets`: what may be spent, and what was.
struct Budgets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what may be spent and what was.",
        discussion: """
            Budgets are the usage_limits of virtual keys, and those under budgets: in the configuration. What a call may cost at
            most is reserved before it goes out, and settled to what it did cost. These commands use the admin socket.

            Examples:
              wicket budgets
              wicket budgets show budget/team/usd/monthly
              wicket budgets reset virtual_key/openai-prod/usd/daily
            """,
        subcommands: [BudgetList.self, BudgetShow.self, BudgetReset.self],
        defaultSubcommand: BudgetList.self)

    @OptionGroup var global: GlobalOptions
}

enum BudgetAdvice {
    static let all = ["not_found": "`wicket budgets` shows those that there are."]
}
