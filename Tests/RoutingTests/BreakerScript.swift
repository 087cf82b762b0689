// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Routing

/// A breaker's story as a table: `second  event  answer` on each line.
///
/// Events: `begin NAME` and `ask` answer `open`, `probe` or `refused until SECOND`; `NAME 500` (a status), `NAME broken`,
/// `NAME timed-out`, `NAME cancelled` and `NAME heard` answer the breaker's state; `fail N` and `succeed N` are N whole tries and
/// answer the state too; `reset` and `trip SECONDS` likewise.
struct BreakerScript {
    var health = TargetHealth()
    let slot: TargetSlot
    let id = TargetID(provider: "openai", key: "team", model: "m")
    let rule: BreakerRule?
    private var tries: [Substring: (isProbe: Bool, begun: UInt64)] = [:]

    init(_ rule: BreakerRule?) {
        self.rule = rule
        slot = health.slot(of: id)
    }

    static func run(_ rule: BreakerRule?, _ table: String, sourceLocation: SourceLocation = #_sourceLocation) {
        var script = BreakerScript(rule)
        for line in table.split(separator: "\n") {
            let columns = line.split(separator: "|").map { $0.split(separator: " ") }
            guard columns.count == 3, let second = columns[0].first.flatMap({ Double($0) }) else {
                Issue.record("not a step: \(line)", sourceLocation: sourceLocation)
                continue
            }
            let answer = script.answer(columns[1], now: UInt64(second * 1e9))
            #expect(answer == columns[2].joined(separator: " "), "\(line)", sourceLocation: sourceLocation)
        }
    }

    private mutating func answer(_ event: [Substring], now: UInt64) -> String {
        let argument = event.dropFirst().first ?? ""
        switch event[0] {
        case "ask": return text(health.mayAdmit(slot, now: now))
        case "begin":
            let admission = health.begin(slot, isExtra: false, now: now)
            tries[argument] = (admission == .probe, now)
            return text(admission)
        case "last-resort":
            health.beginRegardless(slot, now: now)
            tries[argument] = (false, now)
        case "fail": whole(500, Int(argument) ?? 0, now)
        case "succeed": whole(200, Int(argument) ?? 0, now)
        case "reset": health.reset(id, now: now)
        case "trip": health.trip(id, for: (Int(argument) ?? 0) * 1000, now: now)
        default: end(event[0], argument, now)
        }
        return health.snapshot(now: now).map(\.state.rawValue).joined()
    }

    private mutating func whole(_ status: Int, _ count: Int, _ now: UInt64) {
        for _ in 0..<count {
            let isProbe = health.begin(slot, isExtra: false, now: now) == .probe
            health.end(slot, .answered(status: status, latency: 1), asProbe: isProbe, begun: now, rule, now: now)
        }
    }

    private mutating func end(_ name: Substring, _ how: Substring, _ now: UInt64) {
        guard let begun = tries[name] else { return }
        if how == "heard" { return health.heard(slot, asProbe: begun.isProbe, begun: begun.begun, now: now) }
        let end: TryEnd =
            switch how {
            case "broken": .broken
            case "timed-out": .timedOut
            case "cancelled": .cancelled
            default: .answered(status: Int(how) ?? 0, latency: 1)
            }
        health.end(slot, end, asProbe: begun.isProbe, begun: begun.begun, rule, now: now)
    }

    private func text(_ admission: Admission) -> String {
        switch admission {
        case .open: return "open"
        case .probe: return "probe"
        case .refused(let until):
            let second = Double(until) / 1e9
            return "refused until " + (second == second.rounded() ? "\(Int(second))" : "\(second)")
        }
    }
}
