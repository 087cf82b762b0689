// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct PolicyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the policies in the order in which they are asked.",
        discussion: """
            Those of the configuration file come first, then the stored ones by priority and name.

            Examples:
              wicket policy list
              wicket policy list --json
            """)

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        var table = Table([
            .init("NAME", .whole), .init("SOURCE", .whole), .init("PRIORITY", .number), .init("FOR"), .init("ALLOWS"),
            .init("DENIES"), .init("STATE"),
        ])
        let policies = try await client.allRows(PoliciesList.name, "policies", console) {
            WicketValue(writing: PoliciesList.Params(page: $0).write)
        }
        guard let policies else { return }
        table.rows = policies.map(Self.row)
        if table.rows.isEmpty {
            return console.note(
                "No policies: whoever can open the use socket may use all of it. Add one: wicket policy create FILE")
        }
        for line in table.lines(width: console.width, style: console.outputStyle) { try console.line(line) }
    }

    private static func row(_ policy: WicketValue) -> [String] {
        [
            policy["name"].string ?? "", policy["source"].string ?? "", policy["priority"].int.map(String.init) ?? "",
            summary(policy["match"], none: "everyone"), summary(policy["allow"], none: "everything"),
            summary(policy["deny"], none: ""),
            policy["problem"].string.map { "refuses everything: \($0)" } ?? "ok",
        ]
    }

    /// `uid 33,34 unit web.*`.
    private static func summary(_ part: WicketValue, none: String) -> String {
        let members = part.members.filter { !$0.value.isNull }
        if members.isEmpty { return none }
        return members.map { name, values in
            let texts = values.elements.map { $0.string ?? $0.json }
            return "\(name) \(texts.isEmpty ? "none" : texts.joined(separator: ","))"
        }.joined(separator: " ")
    }
}
