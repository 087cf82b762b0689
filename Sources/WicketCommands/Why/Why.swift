// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket why`: what happened to a call, told.
struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell how a call was routed, and why.",
        discussion: """
            A call's trace is in its reply (gateway.trace_id), in its error, and in `wicket logs --json`. Uses the admin socket.

            Examples:
              wicket why 4bf92f3577b34da6a3ce929d0e0e4736
              wicket why 4bf92f3577b34da6a3ce929d0e0e4736 --json
            """)

    @Argument(help: "The trace.")
    var trace: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let params = RequestsExplain.Params(traceID: trace)
        let result = try await client.call(
            RequestsExplain.name, WicketValue(writing: params.write),
            advice: ["not_found": "`wicket logs --all --json` shows the traces of the latest calls."])
        let console = global.console
        if console.json { return try console.line(result) }
        for (index, request) in result["requests"].elements.enumerated() {
            if index > 0 { try console.line("") }
            for line in CallStory(request).lines(style: console.outputStyle) { try console.line(line) }
        }
    }
}
