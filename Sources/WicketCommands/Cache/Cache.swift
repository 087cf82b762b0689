// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `wicket cache`: what the cache has, what it would answer, and what of it is to go.
struct Cache: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the cache has and would answer, and remove answers.",
        discussion: """
            A config switches it on: {"cache": {"mode": "simple"}} answers the same request again, "semantic" also one that means
            the same. `stats` and `purge` use the admin socket.

            Examples:
              wicket cache stats
              wicket cache explain "How do I reset my password?" --model gpt-4o --config help-desk
              wicket cache reject 4bf92f3577b34da6a3ce929d0e0e4736
              wicket cache purge --namespace help-desk
            """,
        subcommands: [CacheStatsCommand.self, CacheExplainCommand.self, CacheRejectCommand.self, CachePurgeCommand.self],
        defaultSubcommand: CacheStatsCommand.self)

    @OptionGroup var global: GlobalOptions
}
