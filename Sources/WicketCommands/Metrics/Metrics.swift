// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

/// `wicket metrics`: what Prometheus scrapes.
struct Metrics: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print all metrics in Prometheus's text form.",
        discussion: """
            Uses the admin socket. Written to a file of the node exporter's textfile collector, that is a scrape:

            Examples:
              wicket metrics
              wicket metrics > /var/lib/node_exporter/wicket.prom
            """)

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let result = try await client.call(MetricsScrape.name)
        let console = global.console
        if console.json { return try console.line(result) }
        try console.foreign(result["text"].string ?? "")
    }
}
