// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import WicketProtocol

/// The root of the command tree.
package struct WicketCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "wicket",
        abstract: "Talk to the Wicket daemon, the one local gate to AI providers.",
        discussion: """
            The daemon holds the keys; programs hold nothing but its socket.

            Examples:
              wicket chat "Say this is a test"
              wicket keys add anthropic-prod --provider anthropic
              wicket chat --virtual-key anthropic-prod --model claude-3.5-sonnet "Hello"
              wicket logs --limit 5

            Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 69 no daemon there, 130 interrupted.
            """,
        version: "wicket \(WicketVersion.release)",
        subcommands: [
            Chat.self, Keys.self, Vault.self, Configs.self, Policy.self, Cache.self, Budgets.self, Targets.self, Models.self,
            Logs.self, UsageCommand.self, Top.self, Export.self, FeedbackCommand.self, Why.self, Traces.self, Metrics.self,
            Audit.self, Status.self, Doctor.self, Whoami.self, Call.self,
        ])

    @OptionGroup var global: GlobalOptions

    package init() {}

    package mutating func run() async throws { throw CleanExit.helpRequest(self) }
}
