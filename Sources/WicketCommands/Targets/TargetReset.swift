// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct TargetReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Close a target's breaker and forget its failures.",
        discussion: """
            Example:
              wicket targets reset openai/openai-prod/gpt-4o
            """)

    @Argument(help: "The target, as `wicket targets` shows it.")
    var id: String

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let params = TargetsReset.Params(id: id)
        let result = try await client.call(TargetsReset.name, WicketValue(writing: params.write), advice: TargetAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        try console.line("\(id.withoutControls) is \(result["state"].string ?? "?").")
    }
}
