// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// One picture of what goes on.
struct TopFrame {
    private let sample: TopSample
    private let last: TopSample?
    private static let barWidth = 16

    /// - Parameter last: the look before, from which the rates are worked out.
    init(_ sample: TopSample, since last: TopSample?) {
        self.sample = sample
        self.last = last
    }

    func lines(width: Int?, style: Style) -> [String] {
        var lines = head(style) + [""]
        lines += models.lines(width: width, style: style)
        let targets = sample.targets["targets"].elements
        if !targets.isEmpty { lines += [""] + TargetTable(targets).lines(width: width, style: style) }
        let budgets = sample.budgets["budgets"].elements
        if !budgets.isEmpty { lines += [""] + BudgetTable(budgets).lines(width: width, style: style) }
        return lines
    }

    private func head(_ style: Style) -> [String] {
        let counters = sample.info["counters"]
        let latencies = sample.calls["logs"].elements.compactMap { $0["latency_ms"]["total"].double }.sorted()
        func percentile(_ share: Double) -> String {
            latencies.isEmpty ? "-" : milliseconds(latencies[Int(Double(latencies.count - 1) * share)])
        }
        return [
            style.bold("wicketd \(sample.info["version"].string ?? "")") + "  pid \(sample.info["pid"].int ?? 0), up "
                + duration(seconds: (sample.info["uptime_ms"].int ?? 0) / 1000),
            "requests \(counters["requests"].int ?? 0) (\(rate("requests")))  failures \(counters["failures"].int ?? 0) "
                + "(\(rate("failures")))  in flight \(counters["in_flight"].int ?? 0)  connections "
                + "\(counters["connections"].int ?? 0)",
            "latest \(latencies.count) calls: p50 \(percentile(0.5))  p90 \(percentile(0.9))  p99 \(percentile(0.99))",
        ]
    }

    private func rate(_ counter: String) -> String {
        guard let last, let now = sample.info["counters"][counter].int, let before = last.info["counters"][counter].int else {
            return "-/s"
        }
        let passed = (sample.taken - last.taken).components
        let seconds = Double(passed.seconds) + Double(passed.attoseconds) / 1e18
        return seconds > 0 ? "\(hundredths(Double(now - before) / seconds))/s" : "-/s"
    }

    /// The latest calls by the model that answered.
    private var models: Table {
        let groups = Dictionary(grouping: sample.calls["logs"].elements) {
            $0["response_model"].string ?? $0["model"].string ?? "-"
        }
        let largest = groups.values.map(\.count).max() ?? 1
        var table = Table([
            .init("MODEL"), .init("CALLS", .number), .init("FAILED", .number), .init("P50", .number), .init("TOKENS", .number),
            .init("", .whole),
        ])
        table.rows = groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(10).map { model, calls in
            let latencies = calls.compactMap { $0["latency_ms"]["total"].double }.sorted()
            let tokens = calls.reduce(0) { sum, call in
                sum &+ (call["usage"]["input_tokens"].int ?? 0) &+ (call["usage"]["output_tokens"].int ?? 0)
            }
            return [
                model, String(calls.count), String(calls.count { $0["error"].string != nil }),
                latencies.isEmpty ? "" : milliseconds(latencies[latencies.count / 2]), String(tokens),
                bar(Double(calls.count) / Double(largest), width: Self.barWidth) + " ",
            ]
        }
        return table
    }
}
