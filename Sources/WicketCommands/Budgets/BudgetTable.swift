// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// Budgets as a table with bars; what is nearly or wholly spent stands out where there are colours.
struct BudgetTable {
    private let budgets: [WicketValue]
    private var table = Table([
        .init("BUDGET"), .init("SPENT", .number), .init("OF", .number), .init("", .whole), .init("RESERVED", .number),
        .init("BEGINS ANEW", .whole),
    ])

    init(_ budgets: [WicketValue]) {
        self.budgets = budgets
        table.rows = budgets.map(Self.cells)
    }

    func lines(width: Int?, style: Style) -> [String] {
        var lines = table.lines(width: width, style: style)
        for (index, budget) in budgets.enumerated() where index + 1 < lines.count {
            let share = Self.share(budget)
            let alert = budget["alert_at"].elements.compactMap(\.double).min() ?? 0.8
            if share >= 1 { lines[index + 1] = style.red(lines[index + 1]) } else if share >= alert {
                lines[index + 1] = style.yellow(lines[index + 1])
            }
        }
        return lines
    }

    private static func cells(_ budget: WicketValue) -> [String] {
        let reserved = budget["reserved"].int == 0 ? "" : BudgetAmount(budget, "reserved").text
        return [
            budget["id"].string ?? "", BudgetAmount(budget, "spent").text, BudgetAmount(budget, "amount").text,
            bar(share(budget)), reserved, budget["window_end"].string.map { shortTime($0) } ?? "never",
        ]
    }

    private static func share(_ budget: WicketValue) -> Double {
        Double(budget["spent"].int ?? 0) / Double(max(1, budget["amount"].int ?? 1))
    }

    /// Ten places and the share: `████······ 41%`.
    private static func bar(_ share: Double) -> String {
        let filled = min(10, Int(share * 10))
        let percent = String(Int(min(share, 9.99) * 100))
        return String(repeating: "█", count: filled) + String(repeating: "·", count: 10 - filled) + " " + percent + "%"
    }
}

/// A budget that has reached an alert, as a line of `wicket logs -f`.
struct BudgetAlertLine {
    let alert: WicketValue

    init(_ alert: WicketValue) { self.alert = alert }

    func text(_ style: Style) -> String {
        let budget = (alert["budget"].string ?? "?").withoutControls
        let share = Int(((alert["share"].double ?? 0) * 100).rounded())
        let amounts = "\(BudgetAmount(alert, "spent").text) of \(BudgetAmount(alert, "amount").text)"
        return style.yellow("\(shortTime(alert["at"].string))  budget \(budget) has reached \(share)%: \(amounts)")
    }
}

/// An amount of a budget as people read it: `$1.25`, `1200`.
struct BudgetAmount {
    let text: String

    init(_ budget: WicketValue, _ member: String) {
        let amount = budget[member].int ?? 0
        guard budget["unit"].string == "usd" else {
            text = "\(amount)"
            return
        }
        let (dollars, nano) = amount.quotientAndRemainder(dividingBy: 1_000_000_000)
        var decimals = String(nano.magnitude)
        decimals = String(repeating: "0", count: 9 - decimals.utf8.count) + decimals
        while decimals.utf8.count > 2, decimals.utf8.last == UInt8(ascii: "0") { decimals.removeLast() }
        text = "$\(dollars).\(decimals)"
    }
}
