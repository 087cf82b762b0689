// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct KeysAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Put a provider's key into the vault.",
        discussion: """
            The key is asked for without showing it, or read from standard input; never give it as an argument.
            Its name is the provider's unless you say another.

            Examples:
              wicket keys add anthropic-prod --provider anthropic
              wicket keys add --provider openai < key.txt
              wicket keys add --provider azure-openai --parts < secret.json
              wicket keys add mine --provider openai --base-url http://127.0.0.1:8080/v1 --models 'gpt-4o*'
            """)

    @Argument(help: "What callers will call it.")
    var name: String?

    @Option(help: "The provider's id, such as openai or anthropic.")
    var provider: String?

    @Option(help: ArgumentHelp("Where the key may go, in place of the provider's own address.", valueName: "url"))
    var baseURL: String?

    @Option(help: ArgumentHelp("A pattern of the models it may be used with; may be repeated.", valueName: "pattern"))
    var models: [String] = []

    @Flag(help: "Read the secret as a JSON object of its parts, for a provider that needs more than a key.")
    var parts = false

    @Option(help: "A remark for whoever lists the keys.")
    var note: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard let name = name ?? provider else { throw ValidationError("Say whose key it is: --provider PROVIDER.") }
        guard EntryName.isValid(name) else {
            throw ValidationError("A key's name is 1 to 128 letters, digits, `.`, `_` or `-`, the first a letter or a digit.")
        }
    }

    mutating func run() async throws {
        guard let name = name ?? provider, let provider = provider ?? self.name else { return }
        // Before the key is typed: nobody should have to type it twice.
        let client = try await global.connectAdmin()
        let secret = try SecretPrompt.secret("Key for \(provider): ", parts: parts)
        let params = VirtualKeysCreate.Params(
            name: name, provider: provider, secret: secret, baseURL: baseURL, models: models.isEmpty ? nil : models, note: note)
        let result = try await client.call(VirtualKeysCreate.name, WicketValue(writing: params.write))
        let console = global.console
        if console.json { return try console.line(result) }
        try console.line("Added \(KeyLine(result).text).")
        if console.outputIsTerminal { try console.line("Use it: wicket chat --virtual-key \(name) --model MODEL \"Hello\"") }
    }
}
