// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct PolicyUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change a stored policy.",
        discussion: """
            What the file says of the policy that it names takes the place of what was there, part by part: a part that the file
            leaves out stays, and an empty one ({}) goes. The next request of every connection sees it.

            Examples:
              wicket policy update web.json
              wicket policy update - < web.json
            """)

    @Argument(help: "The policy, a file of JSON; - reads standard input.")
    var file: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let policy = try JSONArgument.object(at: file, of: "policy update")
        let client = try await global.connectAdmin()
        let result = try await client.call(PoliciesUpdate.name, policy, advice: PolicyAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        try console.line("Changed \(result["name"].string ?? "").")
    }
}
