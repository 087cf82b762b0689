// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct KeysRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a virtual key and its secret for good.",
        discussion: """
            Example:
              wicket keys remove anthropic-prod
            """)

    @Argument(help: "The virtual key's name.")
    var name: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let params = VirtualKeysDelete.Params(name: name)
        let result = try await client.call(VirtualKeysDelete.name, WicketValue(writing: params.write))
        let console = global.console
        if console.json { return try console.line(result) }
        try console.line("Removed \(name).")
    }
}
