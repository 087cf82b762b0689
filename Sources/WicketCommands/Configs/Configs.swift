// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `wicket configs`: the saved routing configs.
struct Configs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Manage the routing configs that calls name.",
        discussion: """
            A config says which targets a call may go to, in what order, how often it is tried again and how long that may take.
            Callers name it (`wicket chat --config resilient`); a change takes effect at the next call. These commands use the
            admin socket, which only the daemon's own user may open.

            Examples:
              wicket configs create resilient fallback.json
              wicket configs list
              wicket configs show resilient > fallback.json
              wicket configs update resilient fallback.json
            """,
        subcommands: [
            ConfigCreate.self, ConfigList.self, ConfigShow.self, ConfigUpdate.self, ConfigVersions.self, ConfigRemove.self,
            ConfigCheck.self,
        ],
        defaultSubcommand: ConfigList.self)

    @OptionGroup var global: GlobalOptions
}

/// What to do next, where the error alone does not say it.
enum ConfigAdvice {
    static let all = [
        "not_found": "`wicket configs list` shows the configs there are; `wicket configs create NAME FILE` adds one.",
        "conflict": "`wicket configs show NAME` prints the present one; `wicket configs update NAME FILE` saves the next.",
    ]
}
