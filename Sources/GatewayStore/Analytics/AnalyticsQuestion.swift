// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// What calls can be grouped and filtered by.
package enum AnalyticsDimension: Hashable, Sendable {
    case call(RollupDimension)
    /// The end user.
    case user
    /// A key of the metadata.
    case metadata(String)

    private static let metadataPrefix = "metadata."

    package var name: String {
        switch self {
        case .call(let dimension): dimension.name
        case .user: "user"
        case .metadata(let key): Self.metadataPrefix + key
        }
    }

    package static var names: [String] { RollupDimension.allCases.map(\.name) + ["user", metadataPrefix + "KEY"] }

    package init?(name: String) {
        if let dimension = RollupDimension.allCases.first(where: { $0.name == name }) {
            self = .call(dimension)
        } else if name == "user" {
            self = .user
        } else if name.hasPrefix(Self.metadataPrefix), name != Self.metadataPrefix {
            self = .metadata(String(name.dropFirst(Self.metadataPrefix.count)))
        } else {
            return nil
        }
    }

    var callDimension: RollupDimension? {
        if case .call(let dimension) = self { dimension } else { nil }
    }

    /// Calls without one belong to no group, rather than to that of none.
    package var isOptional: Bool { callDimension == nil }
}

/// How long the stretches of a series are; all begin in UTC, weeks on a Monday.
package enum AnalyticsInterval: String, CaseIterable, Sendable {
    case hour, day, week, month

    /// The beginning of the stretch that an instant lies in.
    func start(of milliseconds: Int) -> Int {
        let day = RollupStep.day.milliseconds
        switch self {
        case .hour: return milliseconds / RollupStep.hour.milliseconds * RollupStep.hour.milliseconds
        case .day: return milliseconds / day * day
        // 1970 began on a Thursday.
        case .week: return ((milliseconds / day + 3) / 7 * 7 - 3) * day
        case .month: return Self.startOfMonth(milliseconds)
        }
    }

    private static func startOfMonth(_ milliseconds: Int) -> Int {
        let month = Timestamp(milliseconds: milliseconds).description.prefix("2026-11".count)
        return Timestamp(rfc3339: month + "-01T00:00:00Z")?.milliseconds ?? milliseconds
    }
}

/// A question about many calls at once.
package struct AnalyticsQuestion: Sendable {
    package struct Filter: Sendable {
        package var dimension: AnalyticsDimension
        /// Any of them; nil for calls that have none.
        package var values: [String?]
        package init(_ dimension: AnalyticsDimension, _ values: [String?]) {
            self.dimension = dimension
            self.values = values
        }
    }
    /// What only the rows themselves know.
    package struct RowFilter: Sendable {
        package enum Figure: String, CaseIterable, Sendable {
            case tokens
            case inputTokens = "input_tokens"
            case outputTokens = "output_tokens"
            case cost = "cost_nano_usd"
            case latency = "latency_ms"

            var expression: String {
                switch self {
                case .tokens: "coalesce(input_tokens, 0) + coalesce(output_tokens, 0)"
                case .inputTokens: "input_tokens"
                case .outputTokens: "output_tokens"
                case .cost: "cost_nano_usd"
                case .latency: "latency_us / 1000"
                }
            }
        }
        package var traceIDs: [String] = []
        package var spanIDs: [String] = []
        /// Both bounds belong to it.
        package var ranges: [(figure: Figure, least: Int?, most: Int?)] = []
        package init() {}
        var isEmpty: Bool { traceIDs.isEmpty && spanIDs.isEmpty && ranges.isEmpty }
    }
    package var metrics: [AnalyticsMetric] = [.requests]
    package var groupBy: [AnalyticsDimension] = []
    package var filters: [Filter] = []
    package var rowFilter = RowFilter()
    /// Calls that started from here on, and before there; both are widened to whole hours.
    package var from: Timestamp
    package var to: Timestamp
    /// Nil for no series.
    package var interval: AnalyticsInterval?
    /// Groups, those with the most requests first.
    package var limit = 100

    package init(from: Timestamp, to: Timestamp) {
        self.from = from
        self.to = to
    }

    /// Hours since 1970.
    var hours: Range<Int> {
        let hour = RollupStep.hour.milliseconds
        let first = max(0, from.milliseconds) / hour
        return first..<max(first, min((max(0, to.milliseconds) + hour - 1) / hour, RollupCellID.lastSlot))
    }
}

/// The answer to an `AnalyticsQuestion`.
package struct AnalyticsAnswer: Sendable {
    package enum Source: String, Sendable { case rollups, rows }
    package struct Point: Sendable {
        /// The beginning of its stretch of time.
        package var at: Timestamp
        package var metrics: [AnalyticsValue]
    }
    package struct Group: Sendable {
        /// In the order of `groupBy`.
        package var values: [String?]
        /// In the order of `metrics`.
        package var metrics: [AnalyticsValue]
        package var points: [Point]
    }
    /// The time that it is about, in whole hours.
    package var from: Timestamp
    package var to: Timestamp
    package var source: Source
    /// Some of it was added up as `(other)`, so that what was asked for by name may be more.
    package var isApproximate: Bool
    /// It is about the newest calls of that time only: there are too many to look at each.
    package var isTruncated: Bool
    /// Of all groups, also those past the limit.
    package var summary: Group
    package var groups: [Group]
    package var groupCount: Int
}

/// Where the answer to a query is to be found.
enum AnalyticsPlan: Equatable {
    /// In the cells of one series.
    case cells(Series)
    case rows

    enum Series: Equatable {
        case total, single(AnalyticsDimension), combined
    }

    init(_ query: AnalyticsQuestion) {
        let dimensions = Set(query.groupBy + query.filters.map(\.dimension))
        let needsUsers = query.metrics.contains(where: \.needsUsers)
        if !query.rowFilter.isEmpty || needsUsers && !dimensions.isSubset(of: [.user]) {
            self = .rows
        } else if dimensions.isEmpty {
            self = .cells(.total)
        } else if dimensions.count == 1, let only = dimensions.first {
            self = .cells(.single(only))
        } else {
            self = dimensions.allSatisfy { $0.callDimension != nil } ? .cells(.combined) : .rows
        }
    }

    /// The cells that cover these hours: whole days by the day unless each hour is asked for.
    static func spans(_ hours: Range<Int>, _ interval: AnalyticsInterval?) -> [(step: RollupStep, slots: Range<Int>)] {
        let firstDay = (hours.lowerBound + 23) / 24
        let lastDay = hours.upperBound / 24
        if interval == .hour || firstDay >= lastDay { return [(.hour, hours)] }
        return [
            (.hour, hours.lowerBound..<firstDay * 24), (.day, firstDay..<lastDay), (.hour, lastDay * 24..<hours.upperBound),
        ].filter { !$0.1.isEmpty }
    }
}
