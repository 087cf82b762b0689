// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// The cells of an answer while they are added up: one for each group and stretch of time.
struct AnalyticsSums {
    private let interval: AnalyticsInterval?
    private var places: [[String?]: Int] = [:]
    private var names: [[String?]] = []
    /// By the stretch's beginning; all in one where there is no series.
    private var cells: [[Int: RollupCell]] = []
    /// Numbers that stand for users.
    private var users: [[Int: Set<Int>]] = []

    init(_ interval: AnalyticsInterval?) { self.interval = interval }

    mutating func place(of values: [String?]) -> Int {
        if let place = places[values] { return place }
        let place = names.count
        places[values] = place
        names.append(values)
        cells.append([:])
        users.append([:])
        return place
    }

    func start(of milliseconds: Int) -> Int { interval?.start(of: milliseconds) ?? 0 }

    /// - Parameter start: see `start(of:)`.
    mutating func add(to place: Int, at start: Int, _ change: (inout RollupCell) -> Void) {
        change(&cells[place][start, default: RollupCell()])
    }

    mutating func add(user: Int, to place: Int, at start: Int) { users[place][start, default: []].insert(user) }

    // MARK: The answer

    private struct Total {
        var place: Int
        var cell: RollupCell
        var users: Set<Int>
    }

    func groups(_ query: AnalyticsQuestion) -> (summary: AnalyticsAnswer.Group, groups: [AnalyticsAnswer.Group], count: Int) {
        var totals = names.indices.map { place in
            var cell = RollupCell()
            for other in cells[place].values { cell.merge(other) }
            return Total(place: place, cell: cell, users: users[place].values.reduce(into: []) { $0.formUnion($1) })
        }
        totals.sort { one, other in
            let (more, less) = (one.cell[.requests], other.cell[.requests])
            return more == less ? RollupGroup.text(names[one.place]) < RollupGroup.text(names[other.place]) : more > less
        }
        let shown = totals.prefix(query.limit).map { total in
            AnalyticsAnswer.Group(
                values: names[total.place], metrics: values(total.cell, total.users.count, query),
                points: points([total.place], query))
        }
        return (summary(totals, query), shown, totals.count)
    }

    private func summary(_ totals: [Total], _ query: AnalyticsQuestion) -> AnalyticsAnswer.Group {
        var (cell, users) = (RollupCell(), Set<Int>())
        for total in totals {
            cell.merge(total.cell)
            users.formUnion(total.users)
        }
        return AnalyticsAnswer.Group(
            values: [], metrics: values(cell, users.count, query), points: points(totals.map(\.place), query))
    }

    private func points(_ places: [Int], _ query: AnalyticsQuestion) -> [AnalyticsAnswer.Point] {
        if interval == nil { return [] }
        let starts = Set(places.flatMap { cells[$0].keys }).sorted()
        return starts.map { start in
            var (cell, named) = (RollupCell(), Set<Int>())
            for place in places {
                if let other = cells[place][start] { cell.merge(other) }
                if let other = users[place][start] { named.formUnion(other) }
            }
            return AnalyticsAnswer.Point(at: Timestamp(milliseconds: start), metrics: values(cell, named.count, query))
        }
    }

    private func values(_ cell: RollupCell, _ users: Int, _ query: AnalyticsQuestion) -> [AnalyticsValue] {
        query.metrics.map { cell.value($0, users: users) }
    }
}
