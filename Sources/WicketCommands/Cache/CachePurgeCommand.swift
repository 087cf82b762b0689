// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import WicketClient
import WicketProtocol

struct CachePurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Remove answers from the cache.",
        discussion: """
            Removes the answers that all that is said fits. Without any of it, all of them, after a question; --yes goes without.

            Examples:
              wicket cache purge --namespace help-desk
              wicket cache purge --scope uid:1000 --older-than 86400
              wicket cache purge --yes
            """)

    @Option(help: ArgumentHelp("Only answers of this namespace.", valueName: "name"))
    var namespace: String?

    @Option(help: ArgumentHelp("Only answers of this scope: uid:1000, policy:NAME or host.", valueName: "scope"))
    var scope: String?

    @Option(help: ArgumentHelp("Only answers of this provider.", valueName: "id"))
    var provider: String?

    @Option(help: ArgumentHelp("Only answers that were stored longer ago.", valueName: "seconds"))
    var olderThan: Int?

    @Option(help: ArgumentHelp("One answer, as a reply's gateway.cache.entry names it.", valueName: "entry"))
    var key: String?

    @Flag(name: .shortAndLong, help: "Do not ask before all answers are removed.")
    var yes = false

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        var params = CachePurge.Params()
        (params.namespace, params.scope, params.provider, params.key) = (namespace, scope, provider, key)
        params.olderThanSeconds = olderThan
        params.isAll = [namespace, scope, provider, key].allSatisfy { $0 == nil } && olderThan == nil
        if params.isAll, !yes, try !confirmed(console) { throw ExitCode(1) }
        let client = try await global.connectAdmin()
        let result = try await client.call(CachePurge.name, WicketValue(writing: params.write))
        if console.json { return try console.line(result) }
        let count = result["purged"].int ?? 0
        try console.line("Removed \(count) \(count == 1 ? "answer" : "answers").")
    }

    /// Asks the person at the terminal; where there is none, --yes has to say it.
    private func confirmed(_ console: Console) throws -> Bool {
        guard isatty(STDIN_FILENO) == 1, console.errorIsTerminal else {
            throw CommandFailure(
                type: "confirmation", message: "All answers of the cache would go, and nobody can be asked here.",
                advice: "Say --yes, or which ones: --namespace, --scope, --provider, --older-than, --key.", exitCode: 2)
        }
        console.transient("Remove all answers from the cache? [y/N] ")
        if ["y", "yes"].contains(readLine()?.lowercased()) { return true }
        console.note("Nothing was removed.")
        return false
    }
}
