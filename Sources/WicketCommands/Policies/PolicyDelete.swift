// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct PolicyDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove a stored policy.",
        discussion: """
            Those whom it was for come under the next policy that matches them, or under none.

            Example:
              wicket policy delete web
            """)

    @Argument(help: "The policy's name.")
    var name: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let params = PoliciesDelete.Params(name: name)
        let client = try await global.connectAdmin()
        let result = try await client.call(PoliciesDelete.name, WicketValue(writing: params.write), advice: PolicyAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        try console.line("Removed \(name).")
    }
}
