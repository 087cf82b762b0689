// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket doctor`: what is wrong, and what to do about it.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look for what is wrong, and say what to do about it.",
        discussion: """
            Asks the daemon for everything that can be in a bad state: its version, the journal, the vault and its keys, the
            cache and its embedder, the targets' breakers. Ends with 0 when nothing stands in the way of a request, with 1 when
            something does, and with 69 when no daemon is there. What only the daemon's own user may see is left out for others.

            Examples:
              wicket doctor
              wicket doctor --json | jq '.checks[] | select(.status != "ok")'
            """)

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connect()
        async let info = client.call(SystemInfo.name)
        async let health = client.call(SystemHealth.name)
        var diagnosis = Diagnosis(info: try await info, health: try await health)
        if let admin = try? await global.connectAdmin(patience: .zero) {
            diagnosis.add(
                keys: try? await admin.call(VirtualKeysList.name), targets: try? await admin.call(TargetsList.name),
                cache: try? await admin.call(CacheStats.name), budgets: try? await admin.call(BudgetsList.name))
        } else {
            diagnosis.addClosedAdminSocket()
        }
        if console.json {
            try console.line(diagnosis.json)
        } else {
            for line in diagnosis.lines(style: console.outputStyle) { try console.line(line) }
        }
        if diagnosis.hasFailed { throw ExitCode(1) }
    }
}
