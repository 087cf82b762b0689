// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import WicketClient

/// `wicket chat`: one question, one answer.
struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a model something and print its answer.",
        discussion: """
            The answer is streamed on a terminal and whole elsewhere; --stream and --no-stream decide otherwise.
            `-` in the prompt stands for standard input, which is also read when there is no prompt.

            Examples:
              wicket chat "Say this is a test"
              wicket chat --virtual-key anthropic-prod --model claude-3.5-sonnet "Hello"
              wicket chat --config resilient --model gpt-4o "Hello"
              git diff | wicket chat --model claude-3.5-sonnet "Review this:" -
            """)

    @Argument(help: "What to ask; - reads standard input.")
    var prompt: [String] = []

    @OptionGroup var request: ChatOptions
    @OptionGroup var global: GlobalOptions

    @Flag(inversion: .prefixedNo, help: "Print the answer as it is made.")
    var stream: Bool?

    mutating func run() async throws {
        let console = global.console
        let params = try request.params(prompt: try wholePrompt())
        if request.usesBuiltInModel {
            let note = "No --model given: \(ChatOptions.builtInModel) answers, which repeats what it is asked."
            console.note(console.errorStyle.dim(note))
        }
        let client = try await global.connect()
        let output = ChatOutput(console: console)
        if stream ?? (console.outputIsTerminal && !console.json) {
            try await output.stream(try client.stream("chat.completions.create", params))
        } else {
            try await output.whole { try await client.call("chat.completions.create", params) }
        }
    }

    private func wholePrompt() throws -> String {
        let inputIsTerminal = isatty(STDIN_FILENO) == 1
        if prompt.isEmpty, inputIsTerminal { throw CommandFailure.usage("Say what to ask.", see: "chat") }
        var parts: [String] = []
        for part in prompt.isEmpty ? ["-"] : prompt { parts.append(part == "-" ? try InputText.standardInput() : part) }
        let text = parts.joined(separator: " ")
        if text.allSatisfy(\.isWhitespace) { throw CommandFailure.usage("The prompt is empty.", see: "chat") }
        return text
    }
}
