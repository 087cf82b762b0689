// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// Counts and histograms over all calls since the start. Recording one allocates nothing, but for the first of its series.
package struct CallFigures: Sendable {
    private let layout = SeriesLayout()
    private let shapes = Shapes()
    private var places: [CallSeries: Int] = [:]
    /// The numbers of each series, one after the other.
    private var cells: [Int] = []
    /// By cache status, in the order of its cases.
    private var cacheStatuses = [Int](repeating: 0, count: CacheStatus.allCases.count)
    /// Calls that found no place for a series of their own.
    private var overflows = 0

    /// Series at most. Each takes a kilobyte, and a scraper's memory for each of its figures.
    package static let mostSeries = 512

    /// Held here, since a static constant is asked for whether it exists each time.
    private struct Shapes {
        let requestDuration = Histograms.requestDuration
        let timeToFirstToken = Histograms.timeToFirstToken
        let timePerOutputToken = Histograms.timePerOutputToken
        let gatewayDuration = Histograms.gatewayDuration
        let operationDuration = Histograms.operationDuration
        let tokenUsage = Histograms.tokenUsage
    }

    package init() {}

    /// Counts a call that has ended.
    package mutating func record(_ call: borrowing CallRecord) {
        // Without a provider nothing vouches for the model's name: any caller can make them up.
        let isKnown = call.provider != nil
        let place = place(
            CallSeries(
                method: call.method, provider: call.provider, model: isKnown ? call.model : nil,
                responseModel: call.responseModel, error: call.errorName))
        cacheStatuses[call.cacheStatus.index] += 1
        cells[place + layout.requests] += 1
        cells[place + layout.retries] += call.retries
        cells[place + layout.fallbacks] += call.fallbacks
        if let amount = call.cost.amount { cells[place + layout.cost] &+= amount.value }
        if call.attempts > 0, call.cost == .unpriced { cells[place + layout.unpriced] += 1 }
        shapes.requestDuration.record(call.latencyMicroseconds, in: &cells, at: place + layout.requestDuration)
        shapes.gatewayDuration.record(
            max(0, call.latencyMicroseconds - (call.upstreamMicroseconds ?? 0)), in: &cells, at: place + layout.gatewayDuration)
        if call.stream, call.errorName == nil { recordTokenTimes(of: call, at: place) }
        if call.tries.isEmpty {
            if call.attempts > 0 { record(tryOf: call.upstreamMicroseconds ?? 0, call.usage, at: place) }
        } else {
            for attempt in call.tries { record(attempt, of: call) }
        }
    }

    private mutating func recordTokenTimes(of call: borrowing CallRecord, at place: Int) {
        guard let first = call.firstChunkMicroseconds else { return }
        let waited = first + (call.queueMicroseconds ?? 0)
        shapes.timeToFirstToken.record(waited, in: &cells, at: place + layout.timeToFirstToken)
        guard let tokens = call.usage.outputTokens, tokens > 1 else { return }
        shapes.timePerOutputToken.record(
            max(0, call.latencyMicroseconds - waited) / (tokens - 1), in: &cells, at: place + layout.timePerOutputToken)
    }

    private mutating func record(_ attempt: AttemptReport, of call: borrowing CallRecord) {
        let place = place(
            CallSeries(
                method: call.method, provider: attempt.provider, model: attempt.model ?? call.model,
                responseModel: attempt.responseModel, error: attempt.error))
        record(tryOf: attempt.microseconds, attempt.usage, at: place)
    }

    private mutating func record(tryOf microseconds: Int, _ usage: Usage, at place: Int) {
        shapes.operationDuration.record(microseconds, in: &cells, at: place + layout.operationDuration)
        if let tokens = usage.inputTokens { shapes.tokenUsage.record(tokens, in: &cells, at: place + layout.inputTokens) }
        if let tokens = usage.outputTokens { shapes.tokenUsage.record(tokens, in: &cells, at: place + layout.outputTokens) }
    }

    /// Where the numbers of a series begin.
    private mutating func place(_ series: CallSeries) -> Int {
        if let known = places[series] { return known }
        if series.isTooLong || places.count >= Self.mostSeries {
            overflows += 1
            if let known = places[.overflow] { return known }
            return newPlace(.overflow)
        }
        return newPlace(series)
    }

    private mutating func newPlace(_ series: CallSeries) -> Int {
        let place = cells.count
        places[series] = place
        cells.append(contentsOf: repeatElement(0, count: layout.count))
        return place
    }
}

extension CallFigures {
    /// Everything that was counted.
    package var families: [MetricFamily] {
        let series = places.sorted { $0.value < $1.value }.map { (attributes: $0.key.attributes, place: $0.value) }
        func counter(_ name: String, _ unit: String, _ help: String, _ offset: Int) -> MetricFamily {
            MetricFamily(
                name: name, unit: unit, help: help, kind: .counter,
                points: series.filter { cells[$0.place] > 0 }
                    .map { MetricPoint($0.attributes, .integer(cells[$0.place + offset])) })
        }
        return [
            counter("wicket.requests", "{request}", "Requests that have ended.", layout.requests), errors, cacheRequests,
            refusals,
            counter("wicket.retries", "{try}", "Further tries of the target that answered.", layout.retries),
            counter("wicket.fallbacks", "{target}", "Targets that were tried before the one that answered.", layout.fallbacks),
            counter("wicket.cost.nano_usd", "{nano_usd}", "What requests cost, in billionths of a US dollar.", layout.cost),
            counter("wicket.unpriced", "{request}", "Requests that were answered at a price nobody knows.", layout.unpriced),
            histogram(Histograms.requestDuration, series, [(layout.requestDuration, nil)]),
            histogram(Histograms.timeToFirstToken, series, [(layout.timeToFirstToken, nil)]),
            histogram(Histograms.timePerOutputToken, series, [(layout.timePerOutputToken, nil)]),
            histogram(Histograms.gatewayDuration, series, [(layout.gatewayDuration, nil)]),
            histogram(Histograms.operationDuration, series, [(layout.operationDuration, nil)]),
            histogram(
                Histograms.tokenUsage, series, [(layout.inputTokens, "input"), (layout.outputTokens, "output")]),
            MetricFamily(
                name: "wicket.metrics.overflow", unit: "{request}",
                help: "Requests counted under otel_metric_overflow, since there are \(Self.mostSeries) series already.",
                kind: .counter, points: [MetricPoint([], .integer(overflows))]),
        ]
    }

    private func histogram(
        _ shape: HistogramShape, _ series: [(attributes: [Attribute], place: Int)], _ parts: [(offset: Int, tokenType: String?)]
    ) -> MetricFamily {
        var points: [MetricPoint] = []
        for (attributes, place) in series {
            for part in parts {
                let start = place + part.offset
                let counts = Array(cells[start...(start + shape.bounds.count)])
                if counts.allSatisfy({ $0 == 0 }) { continue }
                var attributes = attributes
                attributes.add("gen_ai.token.type", part.tokenType)
                let sum = Double(cells[start + shape.bounds.count + 1]) / shape.scale
                points.append(MetricPoint(attributes, .histogram(counts: counts, sum: sum)))
            }
        }
        return MetricFamily(
            name: shape.name, unit: shape.unit, help: shape.help, kind: .histogram(bounds: shape.scaledBounds), points: points)
    }

    private func requests(by key: (CallSeries) -> String?) -> [(String, Int)] {
        var counts: [String: Int] = [:]
        for (series, place) in places {
            if let key = key(series) { counts[key, default: 0] += cells[place + layout.requests] }
        }
        return counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    }

    private var errors: MetricFamily {
        MetricFamily(
            name: "wicket.errors", unit: "{request}", help: "Requests that failed, by the error's type.", kind: .counter,
            points: requests { $0.error }.map { MetricPoint([Attribute("error.type", .text($0))], .integer($1)) })
    }

    private var refusals: MetricFamily {
        let reasons = requests { $0.error }.filter { $0.0 == "budget_exceeded" || $0.0 == "rate_limited" }
        return MetricFamily(
            name: "wicket.refusals", unit: "{request}", help: "Requests that a budget or a rate limit refused.", kind: .counter,
            points: reasons.map { MetricPoint([Attribute("wicket.reason", .text($0))], .integer($1)) })
    }

    private var cacheRequests: MetricFamily {
        MetricFamily(
            name: "wicket.cache.requests", unit: "{request}", help: "Requests by what the cache was to them.", kind: .counter,
            points: CacheStatus.allCases.map { status in
                MetricPoint([Attribute("wicket.cache.status", .text(status.rawValue))], .integer(cacheStatuses[status.index]))
            })
    }
}

extension CacheStatus {
    /// Its place among all cases.
    fileprivate var index: Int {
        switch self {
        case .hit: 0
        case .semanticHit: 1
        case .coalesced: 2
        case .miss: 3
        case .semanticMiss: 4
        case .refresh: 5
        case .disabled: 6
        }
    }
}
