// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import GatewayStore

struct CallRangesTests {
    private typealias Case = (
        what: String, set: @Sendable (inout CallFilter) -> Void, matches: @Sendable (CallRecord) -> Bool
    )
    private static let filters: [Case] = [
        ("key", { $0.virtualKey = "key-3" }, { $0.virtualKey == "key-3" }),
        ("rare key", { $0.virtualKey = "rare" }, { $0.virtualKey == "rare" }),
        ("rare key and status", { $0.virtualKey = "rare"; $0.status = 200 }, { $0.virtualKey == "rare" && $0.status == 200 }),
        ("no such", { $0.provider = "none" }, { _ in false }),
        ("status and error", { $0.status = 429; $0.errorName = "upstream_error" }, { $0.status == 429 }),
        ("model, asked for or answering", { $0.model = "m1" }, { $0.model == "m1" || $0.responseModel == "m1" }),
        ("model that answers", { $0.model = "m1-x" }, { $0.responseModel == "m1-x" }),
        ("user", { $0.user = "user-7" }, { $0.user == "user-7" }),
        ("uid, policy, unit", { $0.uid = 1001; $0.policy = "p"; $0.unit = "u1" }, {
            $0.peer.uid == 1001 && $0.policy == "p" && $0.peer.unit == "u1"
        }),
        ("config and stream", { $0.config = "c1"; $0.stream = true }, { $0.config == "c1" && $0.stream }),
        ("cache", { $0.cacheStatus = "SEMANTIC HIT" }, { $0.cacheStatus == .semanticHit }),
        ("no rule of the cache", { $0.cacheStatus = "DISABLED" }, { $0.cacheStatus == .disabled }),
        ("metadata", { $0.metadata = [("team", .text("t2"))] }, { value(of: .metadata("team"), $0) == "t2" }),
        ("metadata number", { $0.metadata = [("n", .integer(1))] }, { value(of: .metadata("n"), $0) == "1" }),
        ("metadata nobody has", { $0.metadata = [("none", .text("x"))] }, { _ in false }),
        ("time", { $0.from = Timestamp(milliseconds: 1_800_050_000_000); $0.to = Timestamp(milliseconds: 1_800_060_000_000) }, {
            1_800_050_000_000..<1_800_060_000_000 ~= $0.startedAtMilliseconds
        }),
        ("time and key", { $0.to = Timestamp(milliseconds: 1_800_060_000_000); $0.virtualKey = "key-1" }, {
            $0.startedAtMilliseconds < 1_800_060_000_000 && $0.virtualKey == "key-1"
        }),
    ]

    private func calls() -> [CallRecord] {
        var calls = manyCalls(6000)
        for index in stride(from: 40, to: 5000, by: 700) { calls[index].virtualKey = "rare" }
        return calls
    }

    @Test func `a page has just the rows that match, wherever they lie`() async throws {
        try await withStore { test in
            let calls = try await fill(test.store, calls())
            for (what, set, matches) in Self.filters {
                var filter = CallFilter()
                set(&filter)
                let found = try await test.allCalls(matching: filter).map(\.record.traceID)
                #expect(found == calls.filter(matches).map(\.traceID), "\(what)")
            }
        }
    }

    @Test func `what is rare is looked for where it is, and nowhere else`() async throws {
        try await withStore { test in
            let calls = try await fill(test.store, calls())
            let (ranges, rolled) = try await test.store.read { connection in
                let constraint = CallRanges.Constraint([RollupSeries(.virtualKey)], "rare")
                return (
                    try CallRanges.find([constraint], hours: 0..<RollupCellID.lastSlot, connection),
                    try RollupTable.lastRolled(connection)
                )
            }
            let inCells = ranges.dropFirst()
            #expect(ranges.first == rolled + 1...calls.count)
            #expect(inCells.count >= 4 && inCells.allSatisfy { $0.count == 1 && ($0.lowerBound - 41) % 700 == 0 }, "\(ranges)")
        }
    }

    @Test func `no page reads the log from end to end`() async throws {
        try await withStore { test in
            var filter = CallFilter()
            filter.virtualKey = "k"
            filter.metadata = [("team", .text("x"))]
            filter.from = Timestamp(milliseconds: 1)
            for ranged in [filter, CallFilter()] {
                let plan = try await test.store.read { try CallQuery.plan($0, ranged) }
                #expect(plan.contains("SEARCH call USING INTEGER PRIMARY KEY"), "\(plan)")
                #expect(!plan.contains("SCAN") && !plan.contains("TEMP"), "\(plan)")
            }
            filter = CallFilter()
            filter.traceID = "t"
            let traced = filter
            let plan = try await test.store.read { try CallQuery.plan($0, traced) }
            #expect(plan.contains("USING INDEX call_trace_id"), "\(plan)")
        }
    }

    @Test func `a page that had to look at too many rows is short, and says where to go on`() async throws {
        try await withStore { test in
            var filter = CallFilter()
            filter.metadata = [("n", .integer(9))]
            for call in manyCalls(300) { test.store.append(call) }
            try await test.store.flush()
            let query = try CallQuery(filter)
            var (top, pages): (Int?, Int) = (nil, 0)
            repeat {
                let from = top
                let page = try await test.store.read { connection in
                    try query.page(connection, in: [200...300, 1...150], upTo: from, limit: 10, patience: 100)
                }
                #expect(page.calls.isEmpty)
                top = page.nextCursor.flatMap { Int($0, radix: 16) }.map { $0 - 1 }
                pages += 1
            } while top != nil && pages < 9
            #expect(pages == 3)
        }
    }
}
