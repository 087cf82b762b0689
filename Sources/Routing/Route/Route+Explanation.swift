// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// A route as JSON, for `requests.explain`. Times are in milliseconds since the route's start, targets and strategies are named
/// by their paths in the config, children by their index among their siblings.
///
///     {"tries": 2, "decisions": […], "outcome": {"end": "finished", "try": 1}}
///
/// Decisions, in the order in which they fell (a try where it ended, with its times):
///
///     {"step": "strategy", "path": "config", "mode": "loadbalance", "weights": [0.7, 0.3]}
///                                          weights with `loadbalance` and `priority` only, there also "priorities"
///     {"step": "condition", "held": 0}     null: none did; `default` was taken, if there is one
///     {"step": "passed_by", "target": "config.targets[0]", "why": "circuit_open", "probe_at_ms": 1200}
///     {"step": "passed_by", "target": "config.targets[0]", "why": "unusable"}
///     {"step": "draw", "value": 0.42, "total": 1, "child": 1, "sticky": false}
///                                          value in 0..<1, total: the weights that took part
///     {"step": "compare", "children": [0, 2], "loads": [1e6, 2e6]}        the lower one was taken
///     {"step": "choice", "child": 1, "in_flight": 3}, or "price": 12000   null: not known
///     {"step": "try", "try": 0, "target": "config.targets[1]", "kind": "first", "probe": false, "at_ms": 0, "took_ms": 812.5,
///      "end": "answered", "status": 429}
///                                          kind: first, retry, hedge, last_resort;
///                                          end: answered, broken, timed_out, cancelled, lost (the other of a hedge was faster)
///     {"step": "wait", "ms": 740, "why": "backoff"}                       or "retry_after"
///     {"step": "give_up", "target": "config.targets[1]", "why": "attempts"}
///                                          a target is not retried (any more): attempts, not_listed, wait_too_long,
///                                          circuit_open, retry_budget
///     {"step": "no_hedge", "target": "config.targets[1]", "why": "share_used"}
///
/// Outcomes: `finished` with the try whose result is the answer, `no_route`, `circuit_open` with `retry_after_ms`, `unusable`
/// with `target`, `cancelled`; null while the call runs.
extension Route {
    package func writeExplanation(to json: inout JSONWriter) {
        json.beginObject()
        json.key("tries")
        json.int(tries)
        json.key("decisions")
        json.beginArray()
        if let first = decisions.first { write(first, to: &json) }
        for decision in decisions.rest { write(decision, to: &json) }
        json.endArray()
        json.key("outcome")
        writeOutcome(to: &json)
        json.endObject()
    }

    private func write(_ decision: RouteDecision, to json: inout JSONWriter) {
        json.beginObject()
        json.key("step")
        switch decision {
        case .entered(let strategy): write(strategy, to: &json)
        case .condition(let held):
            json.string("condition")
            json.key("held")
            json.intOrNull(held)
        case .drew(let draw, let isSticky): write(draw, isSticky: isSticky, to: &json)
        case .compared(let one, let load, let other, let otherLoad):
            json.string("compare")
            json.key("children")
            json.array {
                $0.int(one)
                $0.int(other)
            }
            json.key("loads")
            json.array {
                $0.double(Double(load))
                $0.double(Double(otherLoad))
            }
        case .chose(let child, let figure): write(child, figure, to: &json)
        case .refused(let target, let until):
            writePassedBy(target, "circuit_open", to: &json)
            json.key("probe_at_ms")
            json.double(milliseconds(from: startedAt, to: until))
        case .unusable(let target): writePassedBy(target, "unusable", to: &json)
        case .tried(let record): write(record, to: &json)
        case .waits(let wait, let reason):
            json.string("wait")
            json.key("ms")
            json.int(wait)
            json.key("why")
            json.string(reason.rawValue)
        case .gaveUp(let target, let reason):
            json.string("give_up")
            writeTarget(target, to: &json)
            json.key("why")
            json.string(reason.rawValue)
        case .hedgeRefused(let target):
            json.string("no_hedge")
            writeTarget(target, to: &json)
            json.key("why")
            json.string("share_used")
        }
        json.endObject()
    }

    private func write(_ strategy: PlanStrategy, to json: inout JSONWriter) {
        json.string("strategy")
        json.key("path")
        json.string(strategy.path)
        json.key("mode")
        json.string(strategy.mode.name)
        switch strategy.mode {
        case .priority:
            json.key("priorities")
            json.array { for child in strategy.children { $0.int(child.priority) } }
            fallthrough
        case .loadBalance:
            json.key("weights")
            json.array { for child in strategy.children { $0.double(child.weight) } }
        default: break
        }
    }

    private func write(_ draw: WeightedDraw, isSticky: Bool, to json: inout JSONWriter) {
        json.string("draw")
        json.key("value")
        json.double(draw.value)
        json.key("total")
        json.double(draw.total)
        json.key("child")
        json.int(draw.child)
        json.key("sticky")
        json.bool(isSticky)
    }

    private func write(_ child: Int, _ figure: RouteDecision.Figure, to json: inout JSONWriter) {
        json.string("choice")
        json.key("child")
        json.int(child)
        switch figure {
        case .inFlight(let count):
            json.key("in_flight")
            json.int(count)
        case .price(let price):
            json.key("price")
            json.intOrNull(price)
        }
    }

    private func write(_ record: TryRecord, to json: inout JSONWriter) {
        json.string("try")
        json.key("try")
        json.int(record.id.number)
        writeTarget(record.target, to: &json)
        json.key("kind")
        json.string(record.kind.rawValue)
        json.key("probe")
        json.bool(record.isProbe)
        json.key("at_ms")
        json.double(milliseconds(from: startedAt, to: record.began))
        json.key("took_ms")
        json.double(milliseconds(from: record.began, to: record.ended))
        json.key("end")
        switch record.end {
        case .answered(let status, _):
            json.string("answered")
            json.key("status")
            json.int(status)
        case .broken: json.string("broken")
        case .timedOut: json.string("timed_out")
        case .cancelled: record.lost ? json.string("lost") : json.string("cancelled")
        }
    }

    private func writeOutcome(to json: inout JSONWriter) {
        guard let outcome else { return json.null() }
        json.beginObject()
        json.key("end")
        switch outcome {
        case .finished(let id):
            json.string("finished")
            json.key("try")
            json.int(id.number)
        case .failed(.noRoute): json.string("no_route")
        case .failed(.circuitOpen(let wait)):
            json.string("circuit_open")
            json.key("retry_after_ms")
            json.int(wait)
        case .failed(.unusable(let target)):
            json.string("unusable")
            writeTarget(target, to: &json)
        case .cancelled: json.string("cancelled")
        }
        json.endObject()
    }

    private func writePassedBy(_ target: Int, _ why: StaticString, to json: inout JSONWriter) {
        json.string("passed_by")
        writeTarget(target, to: &json)
        json.key("why")
        json.string(why)
    }

    private func writeTarget(_ target: Int, to json: inout JSONWriter) {
        json.key("target")
        json.string(plan.targets[target].path)
    }

    /// To the microsecond.
    private func milliseconds(from start: UInt64, to end: UInt64) -> Double {
        Double(end > start ? (end - start) / 1000 : 0) / 1000
    }
}

extension StrategyMode {
    /// As a config says it.
    fileprivate var name: StaticString {
        switch self {
        case .single: "single"
        case .fallback: "fallback"
        case .loadBalance: "loadbalance"
        case .conditional: "conditional"
        case .leastLatency: "least_latency"
        case .leastCost: "least_cost"
        case .leastBusy: "least_busy"
        case .priority: "priority"
        }
    }
}

extension JSONWriter {
    fileprivate mutating func array(_ write: (inout JSONWriter) -> Void) {
        beginArray()
        write(&self)
        endArray()
    }

    fileprivate mutating func intOrNull(_ value: Int?) {
        if let value { int(value) } else { null() }
    }
}
