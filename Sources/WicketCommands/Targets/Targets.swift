// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `wicket targets`: how the providers are.
struct Targets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how the targets are: breakers, latencies, requests in flight.",
        discussion: """
            A target is a provider with a virtual key and a model. Where one fails too often its breaker opens, and calls go
            elsewhere until a probe succeeds. These commands use the admin socket.

            Examples:
              wicket targets
              wicket targets --watch
              wicket targets trip openai/openai-prod/gpt-4o --for 60
              wicket targets reset openai/openai-prod/gpt-4o
            """,
        subcommands: [TargetList.self, TargetReset.self, TargetTrip.self],
        defaultSubcommand: TargetList.self)

    @OptionGroup var global: GlobalOptions
}

enum TargetAdvice {
    static let all = ["not_found": "`wicket targets` shows those that were asked since the daemon's start."]
}
