// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `wicket keys`: the vault.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Manage the providers' keys that the daemon holds.",
        discussion: """
            A virtual key is a name for a provider's key in the vault. Callers say the name; nobody gets the key back.
            These commands use the admin socket, which only the daemon's own user may open.

            Examples:
              wicket keys add anthropic-prod --provider anthropic
              wicket keys import .env
              wicket keys list
              wicket keys rotate anthropic-prod < new-key.txt
              wicket keys remove anthropic-prod
            """,
        subcommands: [KeysAdd.self, KeysImport.self, KeysList.self, KeysRotate.self, KeysRemove.self],
        defaultSubcommand: KeysList.self)

    @OptionGroup var global: GlobalOptions
}
