// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct CacheStatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show what the cache has, what it was good for, and how often it was wrong.",
        discussion: """
            Counts are since the daemon's start. Of each namespace with semantic hits that were looked at again, the share of
            false ones stands with its 95 % interval; one that cannot hold its bound serves none any more.

            Examples:
              wicket cache stats
              wicket cache stats --json | jq .semantic_hits
            """)

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let result = try await client.call(CacheStats.name)
        let console = global.console
        if console.json { return try console.line(result) }
        for line in CacheReport(result).lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }
}

/// The answer of `cache.stats` for a person.
struct CacheReport {
    private let stats: WicketValue

    init(_ stats: WicketValue) { self.stats = stats }

    func lines(width: Int?, style: Style) -> [String] {
        var lines = counts.lines(width: width, style: style)
        lines += ["", embedder(style)]
        if let trouble = stats["trouble"].string { lines.append("\(style.red("disk")) \(trouble.withoutControls)") }
        if let failures = stats["embedding_failures"].int, failures > 0 {
            lines.append(
                "\(style.red("vectors")) providers gave none \(failures) times: those questions were looked up as they are")
        }
        let namespaces = stats["namespaces"].elements
        if namespaces.isEmpty { return lines }
        var table = Table([
            .init("SCOPE"), .init("NAMESPACE"), .init("VERIFIED", .number), .init("FALSE", .number), .init("RATE", .number),
            .init("95 %", .number), .init("BOUND", .number), .init("STATE", .whole),
        ])
        table.rows = namespaces.map(Self.cells)
        return lines + [""] + table.lines(width: width, style: style)
    }

    private var counts: Table {
        func count(_ name: String) -> String { String(stats[name].int ?? 0) }
        var table = Table([.init("", .whole), .init("COUNT", .number), .init("", .whole)])
        table.rows = [
            ["answers kept", count("entries"), "\(count("vectors")) of them by meaning"],
            ["exact hits", count("hits"), "\(count("misses")) misses"],
            ["semantic hits", count("semantic_hits"), "\(count("semantic_misses")) misses"],
            ["coalesced", count("coalesced"), "calls that another one's answer was enough for"],
            ["refreshed", count("refreshes"), "calls that asked for a new answer"],
            ["stored", count("stored"), "since the start"],
            ["in memory", byteCount(stats["bytes"]["memory"].int ?? 0), ""],
            ["on disk", byteCount(stats["bytes"]["disk"].int ?? 0), ""],
            ["tokens saved", String(savedTokens), savedMoney],
        ]
        return table
    }

    private var savedTokens: Int { (stats["saved"]["input_tokens"].int ?? 0) &+ (stats["saved"]["output_tokens"].int ?? 0) }

    private var savedMoney: String {
        let nano = stats["saved"]["nano_usd"].int ?? 0
        return nano > 0 ? "\(dollars(nano)) by the price table" : "in and out"
    }

    private func embedder(_ style: Style) -> String {
        let embedder = stats["embedder"]
        let state = embedder["state"].string ?? "off"
        let details = [embedder["model"].string, embedder["instructions"].string, embedder["reason"].string]
        let told = details.compactMap(\.self).joined(separator: ", ").withoutControls
        let shown = state == "ready" ? style.green(state) : style.red(state)
        return "embedder \(shown)" + (told.isEmpty ? "" : ": \(told)")
    }

    private static func cells(_ namespace: WicketValue) -> [String] {
        let interval = namespace["interval"].elements.compactMap(\.double).map(percent).joined(separator: " to ")
        return [
            namespace["scope"].string ?? "", namespace["namespace"].string ?? "",
            String(namespace["verified"].int ?? 0), String(namespace["refuted"].int ?? 0),
            namespace["false_hit_rate"].double.map(percent) ?? "", interval, namespace["max"].double.map(percent) ?? "",
            namespace["stopped"].bool == true ? "stopped" : "serving",
        ]
    }
}
