// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct TargetTrip: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trip",
        abstract: "Open a target's breaker by hand.",
        discussion: """
            No call goes there until the time is over; then one of them is the probe that decides.

            Example:
              wicket targets trip openai/openai-prod/gpt-4o --for 60
            """)

    @Argument(help: "The target, as `wicket targets` shows it.")
    var id: String

    @Option(name: .customLong("for"), help: ArgumentHelp("How long, in seconds.", valueName: "seconds"))
    var seconds = TargetsTrip.Params.defaultMilliseconds / 1000

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        let most = TargetsTrip.Params.maximumMilliseconds / 1000
        guard 1...most ~= seconds else { throw ValidationError("--for must be from 1 to \(most).") }
    }

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let params = TargetsTrip.Params(id: id, milliseconds: seconds * 1000)
        let result = try await client.call(TargetsTrip.name, WicketValue(writing: params.write), advice: TargetAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        let until = shortTime(result["open_until"].string)
        try console.line("\(id.withoutControls) is \(result["state"].string ?? "?") until \(until).")
    }
}
