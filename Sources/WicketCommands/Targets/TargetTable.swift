// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// The health of targets as a table; what is wrong stands out where there are colours.
struct TargetTable {
    private let targets: [WicketValue]
    private var table = Table([
        .init("TARGET"), .init("STATE", .whole), .init("FAILURES", .number), .init("LATENCY", .number),
        .init("IN FLIGHT", .number), .init("REQUESTS", .number), .init("KEY", .whole),
    ])

    init(_ targets: [WicketValue]) {
        self.targets = targets
        table.rows = targets.map(Self.cells)
    }

    func lines(width: Int?, style: Style) -> [String] {
        var lines = table.lines(width: width, style: style)
        for (index, target) in targets.enumerated() where index + 1 < lines.count {
            switch target["state"].string {
            case "open": lines[index + 1] = style.red(lines[index + 1])
            case "half_open": lines[index + 1] = style.yellow(lines[index + 1])
            default: if target["key_rejected"].bool == true { lines[index + 1] = style.yellow(lines[index + 1]) }
            }
        }
        return lines
    }

    private static func cells(_ target: WicketValue) -> [String] {
        [
            target["id"].string ?? "", state(target), number(target["failures"]),
            target["latency_ms"]["ewma"].double.map(milliseconds) ?? "", number(target["in_flight"]), number(target["requests"]),
            target["key_rejected"].bool == true ? "refused" : "",
        ]
    }

    /// `open until 09:00:30`, in UTC.
    private static func state(_ target: WicketValue) -> String {
        let state = (target["state"].string ?? "?").replacing("_", with: " ")
        guard let until = target["open_until"].string else { return state }
        return "\(state) until \(shortTime(until).suffix(8))"
    }

    private static func number(_ value: WicketValue) -> String { value.int.map(String.init) ?? "" }
}
