// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct PolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print a policy.",
        discussion: """
            Prints it as a file holds it, so that it can be changed and given to `wicket policy update`.

            Examples:
              wicket policy show web
              wicket policy show web > web.json
            """)

    @Argument(help: "The policy's name.")
    var name: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let params = PoliciesGet.Params(name: name)
        let client = try await global.connectAdmin()
        let result = try await client.call(PoliciesGet.name, WicketValue(writing: params.write), advice: PolicyAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        if let problem = result["problem"].string { console.warn([WicketValue("It refuses everything: \(problem)")]) }
        if console.errorIsTerminal, result["source"].string == "file" {
            console.note(console.errorStyle.dim("\(name): stands in the configuration file"))
        }
        try console.foreign(PolicyFile.text(result))
    }
}
