// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct PolicyCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Add a policy.",
        discussion: """
            The file is JSON: a name and, as needed, priority (0 to 1000, the lowest is asked first; 100 when left out), match,
            allow, deny and defaults. `wicket policy test` tells what it does.

            Examples:
              wicket policy create web.json
              wicket policy create - < web.json

            What web.json may hold:
              {"name": "web", "match": {"unit": ["web.service"]},
               "allow": {"virtual_keys": ["openai-prod"], "models": ["gpt-4o*"]}}
            """)

    @Argument(help: "The policy, a file of JSON; - reads standard input.")
    var file: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let policy = try JSONArgument.object(at: file, of: "policy create")
        let client = try await global.connectAdmin()
        let result = try await client.call(PoliciesCreate.name, policy, advice: PolicyAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        try console.line("Added \(result["name"].string ?? "").")
    }
}
