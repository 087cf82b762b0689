// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct CacheRejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Say that an answer from the cache was wrong.",
        discussion: """
            The answer goes, and the hit counts as a false one: a namespace with too many of them serves none any more. The trace
            is in the reply (gateway.trace_id) and in `wicket logs --json`. Your own calls; --all for anybody's, by the admin
            socket.

            Example:
              wicket cache reject 4bf92f3577b34da6a3ce929d0e0e4736
            """)

    @Argument(help: "The trace of the call that was answered wrongly.")
    var trace: String

    @Flag(help: "Whoever's call it was, by the admin socket.")
    var all = false

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = all ? try await global.connectAdmin() : try await global.connect()
        let params = CacheReject.Params(traceID: trace)
        let result = try await client.call(CacheReject.name, WicketValue(writing: params.write), advice: CacheAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        try console.line("Removed the answer of that \(result["cache_status"].string ?? "HIT"), and counted it as false.")
    }
}

/// What to do after an error of `cache.*`.
enum CacheAdvice {
    static let all = ["not_found": "`wicket logs --json` shows your calls, each with its trace_id and cache_status."]
}
