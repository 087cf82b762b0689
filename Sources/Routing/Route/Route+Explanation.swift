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
        json.bytes.append(contentsOf: #"{"tries":"#)
        appendDecimal(tries, to: &json.bytes)
        json.bytes.append(contentsOf: #","decisions":["#)
        if let first = decisions.first { write(first, to: &json) }
        for decision in decisions.rest {
            json.bytes.append(UInt8(ascii: ","))
            write(decision, to: &json)
        }
        json.bytes.append(contentsOf: #"],"outcome":"#)
        writeOutcome(to: &json)
        json.endObject()
    }

    /// What nearly every call has is constant text with values between, since it is written for each call.
    func write(_ decision: RouteDecision, to json: inout JSONWriter) {
        switch decision {
        case .entered(let strategy): return json.bytes.append(contentsOf: strategy.explanation)
        case .condition(let held?):
            json.bytes.append(contentsOf: #"{"step":"condition","held":"#)
            appendDecimal(held, to: &json.bytes)
            return json.endObject()
        case .condition(nil): return json.bytes.append(contentsOf: #"{"step":"condition","held":null}"#)
        case .drew(let draw, let isSticky): return write(draw, isSticky: isSticky, to: &json)
        case .tried(let record): return write(record, to: &json)
        default: break
        }
        json.beginObject()
        json.key("step")
        switch decision {
        case .entered, .condition, .drew, .tried: break
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
            appendMilliseconds(from: startedAt, to: until, to: &json.bytes)
        case .unusable(let target): writePassedBy(target, "unusable", to: &json)
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

    private func write(_ draw: WeightedDraw, isSticky: Bool, to json: inout JSONWriter) {
        json.bytes.append(contentsOf: #"{"step":"draw","value":"#)
        appendFraction(Int(draw.value * 1_000_000), of: 6, to: &json.bytes)
        json.key("total")
        json.double(draw.total)
        json.bytes.append(contentsOf: #","child":"#)
        appendDecimal(draw.child, to: &json.bytes)
        json.bytes.append(contentsOf: isSticky ? #","sticky":true}"# : #","sticky":false}"#)
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
        json.bytes.append(contentsOf: #"{"step":"try","try":"#)
        appendDecimal(record.id.number, to: &json.bytes)
        json.bytes.append(contentsOf: #","target":"#)
        appendString(plan.targets[record.target].path, to: &json.bytes)
        json.bytes.append(contentsOf: record.kind.explanation)
        json.bytes.append(contentsOf: record.isProbe ? #","probe":true,"at_ms":"# : #","probe":false,"at_ms":"#)
        appendMilliseconds(from: startedAt, to: record.began, to: &json.bytes)
        json.bytes.append(contentsOf: #","took_ms":"#)
        appendMilliseconds(from: record.began, to: record.ended, to: &json.bytes)
        switch record.end {
        case .answered(let status, _):
            json.bytes.append(contentsOf: #","end":"answered","status":"#)
            appendDecimal(status, to: &json.bytes)
            json.endObject()
        case .broken: json.bytes.append(contentsOf: #","end":"broken"}"#)
        case .timedOut: json.bytes.append(contentsOf: #","end":"timed_out"}"#)
        case .cancelled: json.bytes.append(contentsOf: record.lost ? #","end":"lost"}"# : #","end":"cancelled"}"#)
        }
    }

    private func writeOutcome(to json: inout JSONWriter) {
        guard let outcome else { return json.bytes.append(contentsOf: "null") }
        if case .finished(let id) = outcome {
            json.bytes.append(contentsOf: #"{"end":"finished","try":"#)
            appendDecimal(id.number, to: &json.bytes)
            return json.endObject()
        }
        json.bytes.append(contentsOf: #"{"end":"#)
        switch outcome {
        case .finished: break
        case .failed(.noRoute): json.string("no_route")
        case .failed(.circuitOpen(let wait)):
            json.string("circuit_open")
            json.key("retry_after_ms")
            json.int(wait)
        case .failed(.unusable(let target)):
            json.string("unusable")
            writeTarget(target, to: &json)
        case .kept(let target):
            json.string("kept")
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
}

extension PlanStrategy {
    /// How an explanation says that the way led into it; the same for all calls, so it is written once.
    static func explanation(_ path: String, _ mode: StrategyMode, _ children: [PlanChild]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("step")
        json.string("strategy")
        json.key("path")
        json.string(path)
        json.key("mode")
        json.string(mode.name)
        switch mode {
        case .priority:
            json.key("priorities")
            json.array { for child in children { $0.int(child.priority) } }
            fallthrough
        case .loadBalance:
            json.key("weights")
            json.array { for child in children { $0.double(child.weight) } }
        default: break
        }
        json.endObject()
        return json.bytes
    }
}

extension TryRecord.Kind {
    fileprivate var explanation: StaticString {
        switch self {
        case .first: #","kind":"first""#
        case .retry: #","kind":"retry""#
        case .hedge: #","kind":"hedge""#
        case .lastResort: #","kind":"last_resort""#
        }
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

extension [UInt8] {
    fileprivate mutating func append(contentsOf text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

/// To the microsecond.
private func appendMilliseconds(from start: UInt64, to end: UInt64, to bytes: inout [UInt8]) {
    appendFraction(Int(end > start ? (end - start) / 1000 : 0), of: 3, to: &bytes)
}

/// A number of so many thousandths (`digits` 3) or millionths (6), without zeros at its end.
func appendFraction(_ count: Int, of digits: Int, to bytes: inout [UInt8]) {
    var unit = digits == 3 ? 1000 : 1_000_000
    appendDecimal(count / unit, to: &bytes)
    var rest = count % unit
    if rest == 0 { return }
    bytes.append(UInt8(ascii: "."))
    while rest > 0 {
        unit /= 10
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / unit))
        rest %= unit
    }
}
