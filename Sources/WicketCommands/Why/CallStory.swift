// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// One call of `requests.explain` in plain sentences: what was asked, what was decided, how it ended.
struct CallStory {
    private let call: WicketValue
    private let decisions: WicketValue

    init(_ request: WicketValue) {
        call = request["call"]
        decisions = request["decisions"]
    }

    func lines(style: Style) -> [String] {
        // What others wrote is in all of them, so controls go before colours come.
        let told = (sentences + [cost].compactMap(\.self)).map { "  " + $0.withoutControls }
        let end = "  " + ending.withoutControls
        return [style.bold(title.withoutControls)] + told + [call["error"].isNull ? style.green(end) : style.red(end)]
    }

    private var sentences: [String] {
        let isFromCache = ["HIT", "SEMANTIC HIT"].contains(call["cache_status"].string)
        if decisions.isNull, isFromCache { return ["No target had to be asked."] }
        if decisions.isNull, call["attempts"].int == 0, call["cache_status"].string != "COALESCED" {
            return ["No provider was asked."]
        }
        if decisions.isNull { return ["One target was asked once; there was nothing to decide."] }
        var story = DecisionStory()
        let steps = decisions["decisions"].elements.map { story.sentence($0) }
        return steps + [story.outcome(decisions["outcome"])]
    }

    private var cost: String? {
        guard let status = call["cost"]["status"].string else { return nil }
        if let saved = call["saved_nano_usd"].int { return "It cost nothing, where it would have cost \(callCost(saved))." }
        guard let cost = call["cost"]["nano_usd"].int else { return "What it cost is not known: the model has no price." }
        let row = call["price_digest"].string.map { ", by the price \($0)" } ?? ""
        if status == "estimated" {
            return "It cost about \(callCost(cost))\(row), counted by what came: the provider did not say."
        }
        return cost == 0 ? "It cost nothing." : "It cost \(callCost(cost))\(row)."
    }

    private var title: String {
        let model = call["model"].string.map { " for \($0)" } ?? ""
        return "\(call["method"].string ?? "A call")\(model), \(shortTime(call["started_at"].string)) UTC"
    }

    private var ending: String {
        let took = call["latency_ms"]["total"].double.map { " after \(milliseconds($0))" } ?? ""
        if let error = call["error"].string { return "It failed with \(error) (\(call["status"].int ?? 0))\(took)." }
        switch call["cache_status"].string {
        case "HIT": return "The answer came from the cache\(took): the same request had been answered before."
        case "SEMANTIC HIT": return "The answer came from the cache\(took): a request that means the same had been answered."
        case "COALESCED": return "The answer came\(took) from an identical request that was in flight."
        default: break
        }
        let provider = call["provider"].string.map { " from \($0)" } ?? ""
        let key = call["virtual_key"].string.map { " with the key \($0)" } ?? ""
        return "The answer came\(provider)\(key)\(took)."
    }
}
