// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import GatewayStore

struct AnalyticsTests {
    private static let hour = 3_600_000
    /// On hours of UTC, so that nothing is widened.
    private static let from = 1_800_000_000_000 / hour * hour - 2 * hour
    private static let to = from + 80 * hour

    private typealias Case = (what: String, set: @Sendable (inout AnalyticsQuestion) -> Void, source: AnalyticsAnswer.Source)
    private static let questions: [Case] = [
        ("all", { _ in }, .rollups),
        ("all by hour", { $0.interval = .hour }, .rollups),
        ("all by week", { $0.interval = .week }, .rollups),
        ("by key", { $0.groupBy = [.call(.virtualKey)] }, .rows),
        ("by model and day", {
            $0.groupBy = [.call(.responseModel)]; $0.interval = .day; $0.metrics.removeAll(where: \.needsUsers)
        }, .rollups),
        ("by user", { $0.groupBy = [.user] }, .rollups),
        ("by metadata", { $0.groupBy = [.metadata("team")]; $0.metrics.removeAll(where: \.needsUsers) }, .rollups),
        ("of two keys", {
            $0.filters = [.init(.call(.virtualKey), ["key-1", nil])]; $0.metrics.removeAll(where: \.needsUsers)
        }, .rollups),
        ("by key, provider and status of a uid, by day", {
            $0.groupBy = [.call(.virtualKey), .call(.provider), .call(.status)]
            $0.filters = [.init(.call(.uid), ["1001"])]
            $0.interval = .day
            $0.metrics.removeAll(where: \.needsUsers)
        }, .rollups),
        ("users of a key", { $0.filters = [.init(.call(.virtualKey), ["key-1"])] }, .rows),
        ("by user and key", { $0.groupBy = [.user, .call(.virtualKey)]; $0.interval = .day }, .rows),
        ("by metadata of a model", {
            $0.groupBy = [.metadata("n")]; $0.filters = [.init(.call(.model), ["m1"]), .init(.metadata("team"), ["t3", "t4"])]
        }, .rows),
        ("a part of the time", {
            $0.from = Timestamp(milliseconds: from + 5 * hour); $0.to = Timestamp(milliseconds: from + 57 * hour)
            $0.groupBy = [.call(.stream)]
            $0.metrics.removeAll(where: \.needsUsers)
        }, .rollups),
    ]

    private func question(_ set: (inout AnalyticsQuestion) -> Void) -> AnalyticsQuestion {
        var question = AnalyticsQuestion(from: Timestamp(milliseconds: Self.from), to: Timestamp(milliseconds: Self.to))
        question.metrics = AnalyticsMetric.allCases
        question.limit = 1000
        set(&question)
        return question
    }

    private func check(_ answer: AnalyticsAnswer, _ question: AnalyticsQuestion, _ calls: [CallRecord], _ what: String) {
        let chosen = calls.filter { call in
            question.from.milliseconds <= call.startedAtMilliseconds && call.startedAtMilliseconds < question.to.milliseconds
                && question.filters.allSatisfy { $0.values.contains(value(of: $0.dimension, call)) }
                && question.groupBy.allSatisfy { !$0.isOptional || value(of: $0, call) != nil }
        }
        func compare(_ found: [AnalyticsValue], _ calls: [CallRecord], _ which: String) {
            for (metric, value) in zip(question.metrics, found) {
                guard let expected = Naive(calls: calls).values(metric) else { continue }
                #expect(value == expected, "\(what), \(which): \(metric.rawValue)")
            }
        }
        func comparePoints(_ found: [AnalyticsAnswer.Point], _ calls: [CallRecord]) {
            guard let interval = question.interval else { return #expect(found.isEmpty) }
            let parts = Dictionary(grouping: calls) { interval.start(of: $0.startedAtMilliseconds) }
            #expect(found.map(\.at.milliseconds) == parts.keys.sorted(), "\(what)")
            for point in found { compare(point.metrics, parts[point.at.milliseconds] ?? [], point.at.description) }
        }
        compare(answer.summary.metrics, chosen, "summary")
        comparePoints(answer.summary.points, chosen)
        if question.groupBy.isEmpty { return #expect(answer.groups.isEmpty) }
        let groups = Dictionary(grouping: chosen) { call in question.groupBy.map { value(of: $0, call) } }
        #expect(Set(answer.groups.map(\.values)) == Set(groups.keys) && answer.groupCount == groups.count, "\(what)")
        for group in answer.groups {
            compare(group.metrics, groups[group.values] ?? [], "\(group.values)")
            comparePoints(group.points, groups[group.values] ?? [])
        }
    }

    @Test func `each answer is what the rows add up to, whether they were added up before or not`() async throws {
        try await withStore { test in
            let calls = try await fill(test.store, manyCalls(6000))
            for (what, set, source) in Self.questions {
                let question = question(set)
                let answer = try await test.store.analyze(question)
                #expect(answer.source == source && !answer.isTruncated, "\(what)")
                #expect(!answer.isApproximate, "\(what): \(answer.groups.map(\.values).prefix(9))")
                check(answer, question, calls, what)
            }
        }
    }

    @Test func `opened again, nothing is counted twice and nothing is left out`() async throws {
        let first = try TestStore()
        defer { first.remove() }
        var calls = manyCalls(3000)
        for call in calls { first.store.append(call) }
        try await first.store.close()
        // As an older version left them: the rows alone.
        let second = try GatewayStore(in: first.directory) { _, _ in }
        try await second.write { try $0.execute("DELETE FROM rollup; UPDATE rollup_head SET last_call = 0") }
        try await second.close()
        let third = try GatewayStore(in: first.directory) { _, _ in }
        for call in manyCalls(100) { third.append(call) }
        calls += manyCalls(100)
        try await third.flush()
        try await waitUntilAddedUp(third, atLeast: 2048)
        for (what, set, _) in Self.questions {
            let question = question(set)
            check(try await third.analyze(question), question, calls, what)
        }
        try await third.close()
    }

    @Test func `values too many are added up as one, and the answer says so`() async throws {
        try await withStore { test in
            for index in 0..<4200 {
                test.store.append(
                    record("t\(index)") { record in
                        record.virtualKey = "key-\(index % 700)"
                        record.metadata = Array(#"{"key-\#(index % 40)":"x","request":"\#(index)"}"#.utf8)[...]
                    })
            }
            try await test.store.flush()
            try await waitUntilAddedUp(test.store, atLeast: 4000)
            var question = question { $0.groupBy = [.call(.virtualKey)]; $0.metrics = [.requests] }
            var answer = try await test.store.analyze(question)
            #expect(answer.isApproximate && answer.groupCount <= RollupBounds.groups(RollupSeries(.virtualKey), .hour) + 200)
            #expect(answer.summary.metrics == [.count(4200)])
            #expect(answer.groups.first?.values == [RollupBounds.other])
            question.groupBy = [.call(.virtualKey), .call(.status)]
            answer = try await test.store.analyze(question)
            #expect(answer.summary.metrics == [.count(4200)])
            question.groupBy = [.metadata("request")]
            answer = try await test.store.analyze(question)
            #expect(answer.isApproximate || answer.source == .rows)
            #expect(answer.summary.metrics == [.count(4200)])
            #expect(try await test.store.read { try $0.integer("SELECT count(*) FROM rollup_key") } == RollupBounds.metadataKeys)
        }
    }

    @Test func `without calls all is nothing`() async throws {
        try await withStore { test in
            let answer = try await test.store.analyze(question { $0.interval = .day })
            #expect(answer.summary.metrics.first == .count(0) && answer.summary.points.isEmpty && answer.groupCount == 0)
            #expect(try await test.store.analyze(question { $0.groupBy = [.metadata("x")] }).groups.isEmpty)
        }
    }
}
