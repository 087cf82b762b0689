// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket top`: what goes on, again and again.
struct Top: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch requests, latencies and targets as they are.",
        discussion: """
            Uses the admin socket. On a terminal it is drawn anew until Ctrl-C; elsewhere, and with --json, it is told once.

            Examples:
              wicket top
              wicket top --every 5
              wicket top --json | jq .info.counters
            """)

    @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "seconds"))
    var every = 1

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard 1...3600 ~= every else { throw ValidationError("--every must be from 1 to 3600.") }
    }

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        var last: TopSample?
        repeat {
            let sample = try await TopSample(client)
            if console.json { return try console.line(sample.json) }
            let lines = TopFrame(sample, since: last).lines(width: console.width, style: console.outputStyle)
            // Home, and each line up to its end, so that nothing flickers; then all below.
            if console.outputIsTerminal {
                try console.write("\u{1B}[H" + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
            } else {
                return try console.write(lines.map { $0 + "\n" }.joined())
            }
            last = sample
            try await Task.sleep(for: .seconds(every))
        } while !Task.isCancelled
    }
}

/// What the daemon said at one moment.
struct TopSample: Sendable {
    let info: WicketValue
    let targets: WicketValue
    /// The latest calls, the latest first.
    let calls: WicketValue
    let budgets: WicketValue
    let taken = ContinuousClock.now

    init(info: WicketValue, targets: WicketValue, calls: WicketValue, budgets: WicketValue = nil) {
        self.info = info
        self.targets = targets
        self.calls = calls
        self.budgets = budgets
    }

    init(_ client: WicketClient) async throws {
        let params = LogsList.Params(filter: LogFilter(), page: Page(limit: 200))
        async let info = client.call(SystemInfo.name)
        async let targets = client.call(TargetsList.name)
        async let calls = client.call(LogsList.name, WicketValue(writing: params.write))
        async let budgets = client.call(BudgetsList.name)
        self.init(info: try await info, targets: try await targets, calls: try await calls, budgets: try await budgets)
    }

    var json: String {
        let parts = [("info", info), ("targets", targets["targets"]), ("calls", calls["logs"]), ("budgets", budgets["budgets"])]
        return "{" + parts.map { "\"\($0)\":\($1.json)" }.joined(separator: ",") + "}"
    }
}
