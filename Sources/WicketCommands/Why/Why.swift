// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket why`: what happened to a call, told.
struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell how a call was routed, and why.",
        discussion: """
            Names the latest call, one by its row in `wicket logs`, or all of a trace, which is in a reply (gateway.trace_id) and
            in an error. Uses the admin socket.

            Examples:
              wicket why
              wicket why 1042
              wicket why 4bf92f3577b34da6a3ce929d0e0e4736 --json
            """)

    @Argument(help: "The trace, or the row's id. The latest call when left out.")
    var call: String?

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let params = RequestsExplain.Params(traceID: try await trace(client))
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

    private func trace(_ client: WicketClient) async throws -> String {
        guard let call else {
            let params = LogsList.Params(filter: LogFilter(), page: Page(limit: 1))
            let latest = try await client.call(LogsList.name, WicketValue(writing: params.write))["logs"].elements.first
            guard let trace = latest?["trace_id"].string else {
                throw CommandFailure(
                    type: "not_found", message: "No call was made yet.",
                    advice: "Make one: wicket chat \"Say this is a test\"", exitCode: 1)
            }
            return trace
        }
        // A row's id is a small number, a trace nearly never one.
        guard call.utf8.count < 16, call.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return call }
        let row = try await client.call(
            LogsGet.name, WicketValue(writing: LogsGet.Params(id: call).write),
            advice: ["not_found": "`wicket logs --all` shows the rows that are there."])
        return row["trace_id"].string ?? call
    }
}
