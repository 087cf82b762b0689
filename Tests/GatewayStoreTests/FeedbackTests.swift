// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import GatewayStore

struct FeedbackTests {
    private func feedback(
        _ store: GatewayStore, _ set: (inout AnalyticsQuestion) -> Void = { _ in }
    ) async throws -> [AnalyticsValue] {
        var question = AnalyticsQuestion(from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: 1_900_000_000_000))
        question.metrics = [.requests, .feedback, .feedbackAverage, .feedbackRequests, .feedbackByValue]
        set(&question)
        return try await store.analyze(question).summary.metrics
    }

    @Test func `it counts to the latest call of its trace, whether that was added up before or after`() async throws {
        try await withStore { test in
            for _ in 0..<2 { test.store.append(record("t") { $0.virtualKey = "a" }) }
            test.store.append(record("t") { $0.virtualKey = "b"; $0.user = "ada" })
            let ids = try await test.store.add(
                [Feedback(traceID: "t", value: -4, weight: 0.25), Feedback(traceID: "t", value: 10)], of: 1000)
            #expect(ids == [1, 2])
            for calls in [0, 3000] {
                for index in 0..<calls { test.store.append(record("\(index)")) }
                try await test.store.flush()
                if calls > 0 { try await waitUntilAddedUp(test.store, atLeast: 2048) }
                let said: [AnalyticsValue] = [.count(2), .real(9 / 1.25), .count(1), .counts([(-4, 1), (10, 1)])]
                #expect(try await feedback(test.store) == [.count(3 + calls)] + said)
                #expect(try await feedback(test.store) { $0.filters = [.init(.call(.virtualKey), ["b"])] } == [.count(1)] + said)
                #expect(try await feedback(test.store) { $0.filters = [.init(.user, ["ada"])] } == [.count(1)] + said)
                let ofOther = try await feedback(test.store) { $0.filters = [.init(.call(.virtualKey), ["a"])] }
                #expect(ofOther == [.count(2), .count(0), .none, .count(0), .counts([])])
                let ofRows = try await feedback(test.store) { $0.rowFilter.traceIDs = ["t"] }
                #expect(ofRows == [.count(3)] + said)
            }
        }
    }

    @Test func `it may bring a key of the metadata before the rows do`() async throws {
        try await withStore { test in
            let metadata = { (key: String) in Array(#"{"\#(key)":"x"}"#.utf8)[...] }
            for index in 0..<2100 { test.store.append(record("\(index)") { $0.metadata = metadata("first") }) }
            try await test.store.flush()
            try await waitUntilAddedUp(test.store, atLeast: 2048)
            test.store.append(record("late") { $0.metadata = metadata("second") })
            _ = try await test.store.add([Feedback(traceID: "late", value: 1)], of: nil)
            for index in 0..<2100 { test.store.append(record("again \(index)") { $0.metadata = metadata("second") }) }
            try await test.store.flush()
            try await waitUntilAddedUp(test.store, atLeast: 4000)
            let figures = try await feedback(test.store) { $0.groupBy = [.metadata("second")] }
            #expect(figures.prefix(2) == [.count(2101), .count(1)])
            #expect(test.reports.all.isEmpty)
        }
    }

    @Test func `for somebody else's call, or for none, nothing is kept`() async throws {
        try await withStore { test in
            test.store.append(record("t"))
            let others: [(trace: String, uid: UInt32?)] = [("t", 1001), ("none", nil)]
            for (trace, uid) in others {
                let entries = [Feedback(traceID: "t", value: 1), Feedback(traceID: trace, value: 1)]
                let refused = await failure { try await test.store.add(entries, of: uid) }
                #expect(refused?.code == .notFound)
            }
            let figures = try await feedback(test.store)
            #expect(figures[1] == .count(0))
            let kept = try await test.store.read { try $0.integer("SELECT count(*) FROM feedback") }
            #expect(kept == 0)
        }
    }
}
