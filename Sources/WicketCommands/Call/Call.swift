// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket call`: any method, as it is.
struct Call: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Call any method of the daemon with JSON params.",
        discussion: """
            Prints the result as JSON on one line; of a stream each chunk on a line of its own, and then the result. The socket is
            the one that the method answers on: the use socket where it answers on both, unless --admin is given.

            Examples:
              wicket call rpc.discover
              wicket call logs.list '{"limit": 5}'
              wicket call chat.completions.create - < params.json
            """)

    @Argument(help: "The method's name.")
    var method: String

    @Argument(help: "Its params, a JSON object; - reads standard input.")
    var params: String?

    @Flag(help: "Use the admin socket.")
    var admin = false

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let params = try value()
        let usesAdmin = admin || RPCMethods.named(method)?.socket == .admin
        let client = usesAdmin ? try await global.connectAdmin() : try await global.connect()
        // Chunks are printed where they arrive, in order; a failure to print shows when the result is printed.
        let result = try await client.call(method, params) { try? console.line($0) }
        try console.line(result)
    }

    private func value() throws -> WicketValue {
        guard let params else { return [:] }
        let text = params == "-" ? try InputText.standardInput() : params
        return try JSONArgument.object(text, named: "The params", of: "call")
    }
}
