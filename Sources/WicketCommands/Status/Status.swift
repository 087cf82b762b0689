// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket status`: is the daemon there, and is it well?
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell whether the daemon runs, and how it is.",
        discussion: """
            Ends with 0 when the daemon answers and with 69 when none is there. What only the daemon's own user may see is left
            out for others.

            Examples:
              wicket status
              wicket status --json | jq .info.version
            """)

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connect()
        async let info = client.call(SystemInfo.name)
        async let health = client.call(SystemHealth.name)
        let report = StatusReport(info: try await info, health: try await health, vault: await vault())
        if console.json { return try console.line(report.json) }
        for line in report.lines(style: console.outputStyle) { try console.line(line) }
        if let warning = report.versionWarning { console.note(warning) }
    }

    /// Null for those who may not open the admin socket.
    private func vault() async -> WicketValue {
        guard let client = try? await global.connectAdmin(patience: .zero) else { return nil }
        return (try? await client.call(VaultStatus.name)) ?? nil
    }
}
