// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Synchronization
import Testing

@testable import GatewayStore

struct RetentionTests {
    private static let now = 1_800_000_000_000 + 3 * 86_400_000

    private func options() -> StoreOptions {
        var options = StoreOptions()
        options.wallMilliseconds = { Self.now }
        return options
    }

    private func trim(_ store: GatewayStore, _ change: (inout Retention) -> Void) async throws -> Int {
        var retention = Retention()
        change(&retention)
        var steps = 1
        while try await store.trim(retention) { steps += 1 }
        return steps
    }

    private func count(_ store: GatewayStore, _ table: String) async throws -> Int {
        try await store.read { try $0.integer("SELECT count(*) FROM \(table)") }
    }

    @Test func `rows that are too old go, step by step, and the figures stay`() async throws {
        try await withStore(options()) { test in
            for call in manyCalls(4500) { test.store.append(call) }
            let feedback = ["trace-10", "trace-4400"].map { Feedback(traceID: $0, value: 3) }
            _ = try await test.store.add(feedback, of: nil)
            try await waitUntilAddedUp(test.store, atLeast: 4000)
            let steps = try await trim(test.store) { $0.keepDays = 1 }
            #expect(steps > 5)
            let rows = try await test.allCalls()
            #expect(rows.allSatisfy { $0.record.startedAtMilliseconds >= Self.now - 86_400_000 - 5_000_000 } && rows.count > 1400)
            #expect(rows.last?.id == 4500)
            #expect(try await count(test.store, "feedback") == 1)
            var question = AnalyticsQuestion(from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: Self.now + 86_400_000))
            question.metrics = [.requests, .feedback]
            #expect(try await test.store.analyze(question).summary.metrics == [.count(4500), .count(2)])
        }
    }

    @Test func `rows that were not added up yet stay, and so does the newest`() async throws {
        try await withStore(options()) { test in
            for call in manyCalls(100) { test.store.append(call) }
            try await test.store.flush()
            _ = try await trim(test.store) { $0.keepDays = 1; $0.keepMegabytes = 1 }
            #expect(try await count(test.store, "call") == 100)
            for call in manyCalls(3000) { test.store.append(call) }
            try await test.store.flush()
            try await waitUntilAddedUp(test.store, atLeast: 2000)
            try await test.store.write {
                try $0.execute("UPDATE call SET started_at = 1; UPDATE rollup_head SET last_call = 3100")
            }
            _ = try await trim(test.store) { $0.keepDays = 1 }
            #expect(try await test.allCalls().map(\.id) == [3100])
            test.store.append(record("next"))
            try await test.store.flush()
            #expect(try await test.store.newestCall() == 3101)
        }
    }

    @Test func `past the size the oldest rows go`() async throws {
        try await withStore(options()) { test in
            for call in manyCalls(8000) {
                var call = call
                call.target = String(repeating: "t", count: 3000)
                test.store.append(call)
            }
            try await test.store.flush()
            try await waitUntilAddedUp(test.store, atLeast: 6000)
            _ = try await trim(test.store) { $0.keepDays = 0; $0.keepMegabytes = 16 }
            let used = try await test.store.read {
                try $0.integer("PRAGMA page_count") - $0.integer("PRAGMA freelist_count")
            }
            let rows = try await test.allCalls()
            #expect(used * 4096 <= 16 << 20 && used * 4096 > 14 << 20)
            #expect(rows.last?.id == 8000 && rows.first?.id ?? 0 > 1)
        }
    }

    @Test func `what was added up goes later, and never before its rows`() async throws {
        try await withStore(options()) { test in
            for call in manyCalls(4200) { test.store.append(call) }
            try await test.store.flush()
            try await waitUntilAddedUp(test.store, atLeast: 4000)
            let before = try await count(test.store, "rollup")
            _ = try await trim(test.store) { $0.keepDays = 2; $0.keepAnalyticsDays = 1 }
            let kept = try await count(test.store, "rollup")
            #expect(kept < before && kept > before / 2)
            _ = try await trim(test.store) { $0.keepDays = 0; $0.keepAnalyticsDays = 1 }
            #expect(try await count(test.store, "rollup") == kept)
        }
    }
}
