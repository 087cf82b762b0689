// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct VaultUnlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock",
        abstract: "Give the vault its passphrase, or have the daemon look again for its master key.",
        discussion: """
            The passphrase is asked for without showing it, twice when it is the first one. With --stdin it is read from
            standard input; never give it as an argument. A vault that waits for a file or a credential is tried again.

            Examples:
              wicket vault unlock
              systemd-ask-password 'Passphrase of the vault:' | wicket vault unlock --stdin
            """)

    @Flag(help: "Read the passphrase from standard input.")
    var stdin = false

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let status = try await client.call(VaultStatus.name)
        var passphrase: Passphrase?
        let waitsFor = status["waits_for"].string
        if waitsFor == VaultStatus.Wait.passphrase.rawValue {
            passphrase = Passphrase(try SecretPrompt.passphrase("Passphrase of the vault: ", fromInput: stdin))
        } else if waitsFor == VaultStatus.Wait.newPassphrase.rawValue {
            passphrase = Passphrase(try SecretPrompt.newPassphrase(fromInput: stdin))
        }
        let params = VaultUnlock.Params(passphrase: passphrase)
        let result = try await client.call(VaultUnlock.name, WicketValue(writing: params.write), advice: VaultAdvice.all)
        try global.console.vault(result)
    }
}
