// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket feedback`: what somebody thinks of an answer.
struct FeedbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feedback",
        abstract: "Say what an answer was worth, from -10 to 10.",
        discussion: """
            The trace is in a reply (gateway.trace_id) and in `wicket logs --json`. For a value below 0 put -- before it.

            Examples:
              wicket feedback 4bf92f3577b34da6a3ce929d0e0e4736 10
              wicket feedback --weight 0.5 -- 4bf92f3577b34da6a3ce929d0e0e4736 -3
            """)

    @Argument(help: "The trace of the call.")
    var trace: String

    @Argument(help: "From -10, the worst, to 10.")
    var value: Int

    @Option(help: ArgumentHelp("How much it counts, from 0 to 1.", valueName: "share"))
    var weight = 1.0

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard -10...10 ~= value else { throw ValidationError("The value must be from -10 to 10.") }
        guard 0...1 ~= weight else { throw ValidationError("--weight must be from 0 to 1.") }
    }

    mutating func run() async throws {
        let client = try await global.connect()
        let entry = FeedbackCreate.Entry(traceID: trace, value: value, weight: weight)
        let result = try await client.call(
            FeedbackCreate.name, WicketValue(writing: FeedbackCreate.Params([entry]).write),
            advice: ["not_found": "`wicket logs --json` shows the traces of your latest calls."])
        let console = global.console
        if console.json { return try console.line(result) }
        console.note("Kept.")
    }
}
