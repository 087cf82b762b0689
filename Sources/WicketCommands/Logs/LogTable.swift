// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// The journal's rows as a table.
struct LogTable {
    private var table = Table([
        .init("ID", .whole), .init("TIME", .whole), .init("KEY"), .init("PROVIDER"), .init("MODEL"), .init("STATUS"),
        .init("CACHE"), .init("IN", .number), .init("OUT", .number), .init("COST", .number),
        .init("TOOK", .number),
    ])

    init(_ rows: [WicketValue]) { table.rows = rows.map(Self.cells) }

    func lines(width: Int?, style: Style) -> [String] { table.lines(width: width, style: style) }

    /// Nothing where no rule applied.
    private static func cache(_ status: String?) -> String { status == "DISABLED" ? "" : status?.lowercased() ?? "" }

    /// Nothing where nobody knows; with a `~` where it is what the gateway counted.
    private static func cost(_ cost: WicketValue) -> String {
        cost["nano_usd"].int.map { (cost["status"].string == "estimated" ? "~" : "") + callCost($0) } ?? ""
    }

    private static func cells(_ row: WicketValue) -> [String] {
        let usage = row["usage"]
        let status = [row["status"].int.map(String.init), row["error"].string].compactMap(\.self).joined(separator: " ")
        let time = String(shortTime(row["started_at"].string).dropFirst("2026-".count))
        return [
            row["id"].string ?? "", time, row["virtual_key"].string ?? "", row["provider"].string ?? "",
            row["response_model"].string ?? row["model"].string ?? "", status,
            cache(row["cache_status"].string),
            usage["input_tokens"].int.map(String.init) ?? "", usage["output_tokens"].int.map(String.init) ?? "",
            cost(row["cost"]),
            row["latency_ms"]["total"].double.map(milliseconds) ?? "",
        ]
    }
}
