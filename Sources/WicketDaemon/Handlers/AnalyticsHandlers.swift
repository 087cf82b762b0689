// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import JSONBytes
import WicketProtocol

/// `analytics.query` and `usage.get`: figures over many calls.
enum AnalyticsHandlers {
    static let all: [String: MethodHandler] = [
        AnalyticsQuery.name: .plain(.admin) { request async throws(GatewayFailure) in try await query(request) },
        UsageGet.name: .plain(.both) { request async throws(GatewayFailure) in try await usage(request) },
    ]

    /// What a first look needs.
    private static let usualMetrics: [AnalyticsMetric] = [
        .requests, .errorRate, .tokens, .cost, .latencyP50, .latencyP99, .cacheHitRate,
    ]

    private static func query(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(AnalyticsQuery.Params.init(from:_:))
        let shared = request.session.services.shared
        var question = try AnalyticsQuestion(given.time, now: shared.clock.wallMilliseconds())
        question.metrics = try given.metrics.isEmpty ? usualMetrics : each(given.metrics, "metrics", metric)
        question.groupBy = try each(given.groupBy, "group_by", dimension)
        for filter in given.filters { try question.add(filter) }
        if let name = given.interval {
            guard let interval = AnalyticsInterval(rawValue: name) else {
                throw .invalidParams("params.interval", "`interval` must be `hour`, `day`, `week` or `month`.")
            }
            question.interval = interval
        }
        question.limit = given.limit ?? question.limit
        try question.check()
        // Whoever asks has often just done what is to be seen.
        try? await shared.store.flush()
        let wanted = question
        return json(AnalyticsQuery.Result(try await shared.store.analyze(wanted), to: wanted).write)
    }

    private static func usage(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(UsageGet.Params.init(from:_:))
        let shared = request.session.services.shared
        var question = try AnalyticsQuestion(given.time, now: shared.clock.wallMilliseconds())
        question.groupBy = try each(given.groupBy, "group_by", dimension)
        question.metrics = UsageGet.Sums.metrics
        question.limit = Page.maximumLimit
        if request.session.role == .use { question.filters = [.init(.call(.uid), [String(request.peer.uid)])] }
        try question.check()
        if request.session.role == .admin { try? await shared.store.flush() }
        let wanted = question
        let answer = try await shared.store.analyze(wanted)
        return json(
            UsageGet.Result(
                from: answer.from.description, to: answer.to.description, isApproximate: answer.isApproximate,
                isTruncated: answer.isTruncated, total: UsageGet.Sums(answer.summary.metrics),
                usage: answer.groups.map { (named($0, wanted), UsageGet.Sums($0.metrics)) }
            ).write)
    }

    // MARK: Names

    private static func each<Value>(
        _ names: [String], _ member: String, _ find: (String, String) throws(GatewayFailure) -> Value
    ) throws(GatewayFailure) -> [Value] {
        var values: [Value] = []
        for (index, name) in names.enumerated() { values.append(try find(name, "params.\(member)[\(index)]")) }
        return values
    }

    private static func metric(_ name: String, _ path: String) throws(GatewayFailure) -> AnalyticsMetric {
        if let metric = AnalyticsMetric(rawValue: name) { return metric }
        throw unknown(name, "metric", path, among: AnalyticsMetric.allCases.map(\.rawValue))
    }

    static func dimension(_ name: String, _ path: String) throws(GatewayFailure) -> AnalyticsDimension {
        if let dimension = AnalyticsDimension(name: name) { return dimension }
        throw unknown(name, "dimension", path, among: AnalyticsDimension.names)
    }

    static func unknown(_ name: String, _ what: String, _ path: String, among known: [String]) -> GatewayFailure {
        let meant = nearestName(to: name, among: known).map { "did you mean `\($0)`?" }
        let advice = meant ?? "there are \(known.joined(separator: ", "))."
        return .invalidParams(path, "There is no \(what) `\(name)`; \(advice)")
    }
}

extension AnalyticsQuestion {
    /// Points that a series may have.
    private static let mostPoints = 10_000

    init(_ time: TimeRange, now: Int) throws(GatewayFailure) {
        let to = try Self.instant("to", time.to) ?? Timestamp(milliseconds: now)
        let from = try Self.instant("from", time.from) ?? Timestamp(milliseconds: to.milliseconds - 86_400_000)
        guard from < to else { throw .invalidParams("params.from", "`from` must be before `to`.") }
        self.init(from: from, to: to)
    }

    private static func instant(_ key: String, _ text: String?) throws(GatewayFailure) -> Timestamp? {
        guard let text else { return nil }
        if let instant = Timestamp(rfc3339: text) { return instant }
        throw .invalidParams("params.\(key)", "`\(key)` must be a time in RFC 3339, as in 2026-11-24T12:00:00Z.")
    }

    mutating func add(_ filter: AnalyticsQuery.Filter) throws(GatewayFailure) {
        let path = "params.filters.\(filter.name)"
        switch filter.condition {
        case .between(let least, let most):
            guard let figure = RowFilter.Figure(rawValue: filter.name) else {
                throw AnalyticsHandlers.unknown(filter.name, "figure", path, among: RowFilter.Figure.allCases.map(\.rawValue))
            }
            rowFilter.ranges.append((figure, least, most))
        case .anyOf(let values):
            if filter.name == "trace_id" { return rowFilter.traceIDs = values.compactMap(\.self) }
            if filter.name == "span_id" { return rowFilter.spanIDs = values.compactMap(\.self) }
            let dimension = try AnalyticsHandlers.dimension(filter.name, path)
            if dimension.isOptional, values.contains(nil) {
                throw .invalidParams(path, "Calls without `\(filter.name)` cannot be asked for; leave the filter out for all.")
            }
            filters.append(Filter(dimension, values))
        }
    }

    func check() throws(GatewayFailure) {
        guard groupBy.count <= 3, Set(groupBy).count == groupBy.count else {
            throw .invalidParams("params.group_by", "`group_by` takes up to three dimensions, each once.")
        }
        let stretch = (to.milliseconds - from.milliseconds) / (interval == .hour ? 3_600_000 : 86_400_000)
        if interval != nil, stretch > Self.mostPoints {
            throw .invalidParams(
                "params.interval", "That is a series of more than \(Self.mostPoints) points: take a longer interval.")
        }
    }
}

private func named(_ group: AnalyticsAnswer.Group, _ question: AnalyticsQuestion) -> [(name: String, value: String?)] {
    zip(question.groupBy, group.values).map { ($0.name, $1) }
}

extension AnalyticsQuery.Result {
    fileprivate init(_ answer: AnalyticsAnswer, to question: AnalyticsQuestion) {
        func figures(_ group: AnalyticsAnswer.Group) -> Figures {
            Figures(
                metrics: json { $0.metrics(question.metrics, group.metrics) },
                series: group.points.map { point in
                    Point(at: point.at.description, metrics: json { $0.metrics(question.metrics, point.metrics) })
                })
        }
        self.init(
            from: answer.from.description, to: answer.to.description, source: answer.source.rawValue,
            isApproximate: answer.isApproximate, isTruncated: answer.isTruncated, summary: figures(answer.summary),
            groups: answer.groups.map { Group(by: named($0, question), figures: figures($0)) }, groupCount: answer.groupCount)
    }
}

extension JSONWriter {
    fileprivate mutating func metrics(_ metrics: [AnalyticsMetric], _ values: [AnalyticsValue]) {
        beginObject()
        for (metric, value) in zip(metrics, values) {
            key(metric.rawValue)
            switch value {
            case .count(let count): int(count)
            case .real(let number): double(number)
            case .instant(let milliseconds): string(Timestamp(milliseconds: milliseconds).description)
            case .none: null()
            case .counts(let counts):
                beginObject()
                for (number, count) in counts { key(String(number)); int(count) }
                endObject()
            }
        }
        endObject()
    }
}

extension UsageGet.Sums {
    fileprivate static let metrics: [AnalyticsMetric] = [
        .requests, .errors, .inputTokens, .outputTokens, .cost, .unpriced, .estimated, .saved,
    ]

    /// - Parameter values: of `metrics`.
    fileprivate init(_ values: [AnalyticsValue]) {
        self.init()
        let counts = values.map { if case .count(let count) = $0 { count } else { 0 } }
        guard counts.count == Self.metrics.count else { return }
        (requests, errors, inputTokens, outputTokens) = (counts[0], counts[1], counts[2], counts[3])
        (costNanoUSD, unpricedRequests, estimatedRequests, savedNanoUSD) = (counts[4], counts[5], counts[6], counts[7])
    }
}
