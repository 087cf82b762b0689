// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct KeysRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a virtual key a new secret.",
        discussion: """
            The new key is asked for without showing it, or read from standard input. Callers notice nothing.

            Examples:
              wicket keys rotate anthropic-prod
              wicket keys rotate anthropic-prod --grace 300 < new-key.txt
            """)

    @Argument(help: "The virtual key's name.")
    var name: String

    @Option(help: ArgumentHelp("Keep the old secret this long, in seconds.", valueName: "seconds"))
    var grace = 0

    @Flag(help: "Read the secret as a JSON object of its parts. Parts that are no secret stay when they are left out.")
    var parts = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if grace < 0 { throw ValidationError("--grace must be 0 or more.") }
    }

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let secret = try SecretPrompt.secret("New key for \(name): ", parts: parts)
        let params = VirtualKeysRotate.Params(name: name, secret: secret, graceSeconds: grace)
        let result = try await client.call(VirtualKeysRotate.name, WicketValue(writing: params.write))
        let console = global.console
        if console.json { return try console.line(result) }
        try console.line("Rotated \(KeyLine(result).text).")
    }
}
