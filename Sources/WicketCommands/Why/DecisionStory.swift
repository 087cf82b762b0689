// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// What routing decided, a sentence for each step. The steps are those of `Route.writeExplanation`; one that a newer daemon added
/// is shown as it is.
struct DecisionStory {
    /// Where each try went, to name the one that answered.
    private var tries: [Int: String] = [:]

    mutating func sentence(_ step: WicketValue) -> String {
        let target = step["target"].string ?? "?"
        switch step["step"].string {
        case "strategy": return strategy(step)
        case "condition":
            return step["held"].int.map { "Its condition [\($0)] holds." } ?? "None of its conditions holds."
        case "passed_by":
            if step["why"].string == "unusable" { return "\(target) cannot be asked with what this call may use; passed by." }
            let probe = step["probe_at_ms"].double.map { ", a probe may go \(milliseconds($0)) after the start" } ?? ""
            return "\(target) was passed by: its breaker is open\(probe)."
        case "draw": return draw(step)
        case "compare":
            let children = step["children"].elements.compactMap(\.int)
            let loads = step["loads"].elements.compactMap(\.double)
            guard children.count == 2, loads.count == 2 else { return step.json }
            let better = loads[0] <= loads[1] ? 0 : 1
            return "Of two that were drawn, [\(children[0])] and [\(children[1])], [\(children[better])] has the lower load."
        case "choice":
            let child = step["child"].int ?? 0
            if let count = step["in_flight"].int { return "[\(child)] has the fewest requests in flight (\(count))." }
            let price = step["price"].int.map { " (\($0) nano-dollars)" } ?? ", as its price is not known"
            return "[\(child)] is the cheapest by the price table\(price)."
        case "try": return attempt(step, target)
        case "wait":
            let why = step["why"].string == "retry_after" ? "as the provider asked" : "before it is asked again"
            return "Waited \(milliseconds(step["ms"].double ?? 0)), \(why)."
        case "give_up": return "\(target) was not asked again: \(Self.reason(step["why"].string))."
        case "no_hedge": return "No second try beside \(target): its share of second tries is used up."
        default: return step.json
        }
    }

    func outcome(_ outcome: WicketValue) -> String {
        switch outcome["end"].string {
        case "finished":
            guard let number = outcome["try"].int, let target = tries[number] else { return "That was the answer." }
            return "What \(target) answered in try \(number + 1) was passed on."
        case "no_route": return "No target was left to ask: no condition holds and there is no default."
        case "circuit_open":
            let wait = outcome["retry_after_ms"].double.map { "; the next probe may go \(milliseconds($0)) later" } ?? ""
            return "All breakers are open\(wait)."
        case "unusable":
            let target = outcome["target"].string ?? "The target"
            return "\(target) was the first to ask, and cannot be asked with what this call may use."
        case "kept": return "All breakers are open; what \(outcome["target"].string ?? "it") had answered before was given again."
        case "cancelled": return "The caller went away."
        default: return "It has not ended yet."
        }
    }

    private func strategy(_ step: WicketValue) -> String {
        let path = step["path"].string ?? "config"
        let weights = step["weights"].elements.compactMap(\.double).map(Self.figure).joined(separator: " : ")
        switch step["mode"].string {
        case "single": return "\(path) has a single target."
        case "fallback": return "\(path) tries its targets one after the other."
        case "loadbalance": return "\(path) draws one of its targets by weight, \(weights)."
        case "conditional": return "\(path) chooses by conditions."
        case "least_latency": return "\(path) takes the faster of two that are drawn."
        case "least_cost": return "\(path) takes the cheapest first."
        case "least_busy": return "\(path) takes the one with the fewest requests in flight."
        case "priority": return "\(path) tries its tiers one after the other, drawing by weight, \(weights), within each."
        default: return "\(path) is \(step["mode"].string ?? "?")."
        }
    }

    private func draw(_ step: WicketValue) -> String {
        let child = step["child"].int ?? 0
        if step["sticky"].bool == true { return "[\(child)] is where requests like this one always go (sticky_session)." }
        let total = step["total"].double ?? 1
        let value = (step["value"].double ?? 0) * total
        return "The draw was \(Self.figure(value)) of \(Self.figure(total)): [\(child)]."
    }

    private mutating func attempt(_ step: WicketValue, _ target: String) -> String {
        let number = step["try"].int ?? 0
        tries[number] = target
        var kind = ""
        switch step["kind"].string {
        case "retry": kind = " again"
        case "hedge": kind = " beside it, as the first try was slow"
        case "last_resort": kind = ", its breaker open, as the last resort"
        default: break
        }
        if step["probe"].bool == true { kind += ", the one probe of its breaker" }
        let end: String
        switch step["end"].string {
        case "answered": end = "it answered \(step["status"].int ?? 0)"
        case "broken": end = "the connection failed"
        case "timed_out": end = "it took too long"
        case "cancelled": end = "the caller went away"
        case "lost": end = "the other try was faster"
        default: end = step["end"].string ?? "?"
        }
        return "Try \(number + 1): asked \(target)\(kind); \(end) after \(milliseconds(step["took_ms"].double ?? 0))."
    }

    private static func reason(_ why: String?) -> String {
        switch why {
        case "attempts": "all of its attempts are used"
        case "not_listed": "this end is not among those that are tried again"
        case "wait_too_long": "the wait would be longer than there is time"
        case "circuit_open": "its breaker is open for longer than the wait"
        case "retry_budget": "its retry budget is used up"
        default: why ?? "?"
        }
    }

    /// Three places at most.
    private static func figure(_ value: Double) -> String {
        let rounded = (value * 1000).rounded() / 1000
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
    }
}
