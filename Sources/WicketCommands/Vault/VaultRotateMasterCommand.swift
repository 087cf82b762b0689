// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

extension VaultRotateMaster.Place: ExpressibleByArgument {}

struct VaultRotateMasterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-master",
        abstract: "Put a new master key in the place of the present one; callers notice nothing.",
        discussion: """
            All keys are wrapped anew. A new passphrase is asked for twice without showing it, or read from standard input.
            A systemd credential is not the daemon's to change; the error says what to do.

            Examples:
              wicket vault rotate-master
              wicket vault rotate-master --to passphrase
              wicket vault rotate-master --to file --json
            """)

    @Option(help: ArgumentHelp("Where the new one is to be, file or passphrase; where the present one is unless given."))
    var to: VaultRotateMaster.Place?

    @Flag(help: "Read the new passphrase from standard input.")
    var stdin = false

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let status = try await client.call(VaultStatus.name)
        let place = to?.rawValue ?? status["master_key"]["source"].string
        let isPassphrase = place == VaultRotateMaster.Place.passphrase.rawValue
        let passphrase = isPassphrase ? Passphrase(try SecretPrompt.newPassphrase(fromInput: stdin)) : nil
        let params = VaultRotateMaster.Params(to: to, passphrase: passphrase)
        let result = try await client.call(VaultRotateMaster.name, WicketValue(writing: params.write), advice: VaultAdvice.all)
        let console = global.console
        if !console.json { try console.line("The master key was rotated.") }
        try console.vault(result)
    }
}
