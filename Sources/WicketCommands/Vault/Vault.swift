// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `wicket vault`: the master key that opens the providers' keys.
struct Vault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Unlock the vault, and look after its master key.",
        discussion: """
            The master key wraps the providers' keys. It is a systemd credential, a file of the daemon's, or comes from a
            passphrase; `vault.master_key` in the configuration says which. These commands use the admin socket.

            Examples:
              wicket vault status
              wicket vault unlock
              wicket vault rotate-master
              wicket vault rotate-master --to passphrase
            """,
        subcommands: [VaultStatusCommand.self, VaultUnlockCommand.self, VaultRotateMasterCommand.self],
        defaultSubcommand: VaultStatusCommand.self)

    @OptionGroup var global: GlobalOptions
}

enum VaultAdvice {
    static let all = [
        "vault_locked": "`wicket vault status` tells what it needs.", "conflict": "`wicket vault status` tells how the vault is.",
        "invalid_params": "`wicket vault status` tells where the master key comes from.",
    ]
}
