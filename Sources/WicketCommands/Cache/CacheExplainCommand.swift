// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct CacheExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell what the cache would answer a question with, and why or why not.",
        discussion: """
            The question is looked up as a call of your own. Nothing is sent to a model, stored or counted. Ends with 0 whether
            there would be a hit or not.

            Examples:
              wicket cache explain "How do I reset my password?" --model gpt-4o --config help-desk
              wicket cache explain "What was the revenue in 2024?" -m gpt-4o -k openai-prod --json
            """)

    @Argument(help: "The question.")
    var text: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The model that would be asked.", valueName: "model"))
    var model: String?

    @Option(name: [.customShort("k"), .long], help: ArgumentHelp("The virtual key that would be used.", valueName: "name"))
    var virtualKey: String?

    @Option(help: ArgumentHelp("A saved config, whose rule counts; or a config, as JSON.", valueName: "config"))
    var config: String?

    @Option(help: ArgumentHelp("The namespace, in place of the rule's own.", valueName: "name"))
    var namespace: String?

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connect()
        let result = try await client.call(CacheExplain.name, WicketValue(writing: params.write), advice: CacheAdvice.all)
        let console = global.console
        if console.json { return try console.line(result) }
        for line in CacheStory(result).lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }

    private var params: CacheExplain.Params {
        var params = CacheExplain.Params()
        params.text = text
        params.model = model
        if let config { params.config = config.hasPrefix("{") ? Array(config.utf8) : Array(WicketValue(config).json.utf8) }
        var options: [(String, WicketValue)] = []
        if let virtualKey { options.append(("virtual_key", WicketValue(virtualKey))) }
        if let namespace { options.append(("cache_namespace", WicketValue(namespace))) }
        if !options.isEmpty {
            let members = options.map { "\(WicketValue($0.0).json):\($0.1.json)" }
            params.options = Array("{\(members.joined(separator: ","))}".utf8)
        }
        return params
    }
}

/// The answer of `cache.explain` for a person.
struct CacheStory {
    private let told: WicketValue

    init(_ told: WicketValue) { self.told = told }

    func lines(width: Int?, style: Style) -> [String] {
        let status = told["cache_status"].string ?? ""
        let place = told["target"].string.map { " of \($0)" } ?? ""
        let namespace = told["namespace"].string.map { ", namespace \($0)" } ?? ""
        let shown = status.hasSuffix("HIT") ? style.green(status) : style.bold(status)
        let rule = "mode \(told["mode"].string ?? "off")\(place), scope \(told["scope"].string ?? "")\(namespace)"
        var lines = ["\(shown)  \(rule.withoutControls)"]
        if let bypass = told["bypass"].string { lines.append("Nothing was compared: \(bypass)".withoutControls) }
        if let partition = told["partition"].string { lines.append("Compared with \(partition)".withoutControls) }
        let candidates = told["candidates"].elements
        if candidates.isEmpty { return lines }
        var table = Table([
            .init("SCORE", .number), .init("NEEDED", .number), .init("EDIT", .whole), .init("VERDICT"), .init("AGE", .number),
            .init("QUESTION"),
        ])
        table.rows = candidates.map(Self.cells)
        return lines + [""] + table.lines(width: width, style: style)
    }

    private static func cells(_ candidate: WicketValue) -> [String] {
        let veto = candidate["veto"].string
        let verdict = candidate["hit"].bool == true ? "hit" : veto == nil ? "too far" : "veto"
        let reason = [veto, candidate["reason"].string].compactMap(\.self).joined(separator: ": ")
        return [
            candidate["score"].double.map(hundredths) ?? "", candidate["needed"].double.map(hundredths) ?? "",
            candidate["edit"].string ?? "", reason.isEmpty ? verdict : "\(verdict) (\(reason))",
            candidate["age_s"].int.map(duration) ?? "", candidate["text"].string ?? "",
        ]
    }
}
