// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

struct CallQueryTests {
    /// 100 rows that differ in every field that can be filtered by.
    private func fill(_ store: GatewayStore) async throws {
        for index in 0..<100 {
            store.append(
                record("trace-\(index)") { record in
                    record.startedAtMilliseconds += index * 1000
                    record.virtualKey = index % 2 == 0 ? "even" : nil
                    record.provider = index % 5 == 0 ? "openai" : "anthropic"
                    record.model = "alias-\(index % 10)"
                    record.responseModel = "model-\(index % 4)"
                    record.status = index % 7 == 0 ? 429 : 200
                    record.peer = PeerIdentity(pid: 4242, uid: UInt32(1000 + index % 3), gid: 1000)
                    let environment = index % 4 == 0 ? "production" : "test"
                    record.metadata =
                        Array(
                            #"{"environment":"\#(environment)","n":\#(index),"half":\#(index).5,"on":\#(index == 50),"a.b":"."}"#
                                .utf8)[...]
                    if index == 99 { record.metadata = Array("not json".utf8)[...] }
                })
        }
        try await store.flush()
    }

    private static let cases: [(what: String, set: @Sendable (inout CallFilter) -> Void, expected: @Sendable (Int) -> Bool)] = [
        ("nothing", { _ in }, { _ in true }),
        ("virtual_key", { $0.virtualKey = "even" }, { $0 % 2 == 0 }),
        ("provider", { $0.provider = "openai" }, { $0 % 5 == 0 }),
        ("model asked for", { $0.model = "alias-3" }, { $0 % 10 == 3 }),
        ("model that answered", { $0.model = "model-3" }, { $0 % 4 == 3 }),
        ("status", { $0.status = 429 }, { $0 % 7 == 0 }),
        ("trace_id", { $0.traceID = "trace-42" }, { $0 == 42 }),
        ("uid", { $0.uid = 1002 }, { $0 % 3 == 2 }),
        ("from", { $0.from = Timestamp(milliseconds: 1_800_000_090_000) }, { $0 >= 90 }),
        ("to", { $0.to = Timestamp(milliseconds: 1_800_000_010_000) }, { $0 < 10 }),
        ("metadata text", { $0.metadata = [("environment", .text("production"))] }, { $0 % 4 == 0 }),
        ("metadata integer", { $0.metadata = [("n", .integer(7))] }, { $0 == 7 }),
        ("metadata real", { $0.metadata = [("half", .real(7.5))] }, { $0 == 7 }),
        ("metadata bool", { $0.metadata = [("on", .bool(true))] }, { $0 == 50 }),
        ("metadata key with a dot", { $0.metadata = [("a.b", .text("."))] }, { $0 != 99 }),
        ("metadata of another type", { $0.metadata = [("n", .text("7"))] }, { _ in false }),
        ("unknown metadata", { $0.metadata = [("none", .text("x"))] }, { _ in false }),
        ("injection", { $0.virtualKey = "' OR 1=1 --" }, { _ in false }),
        (
            "several",
            {
                $0.virtualKey = "even"; $0.status = 200; $0.metadata = [("environment", .text("test"))]
            },
            { $0 % 2 == 0 && $0 % 7 != 0 && $0 % 4 != 0 }
        ),
    ]

    @Test func `each filter gives the rows that match, newest first`() async throws {
        try await withStore { test in
            try await fill(test.store)
            for (what, set, expected) in Self.cases {
                var filter = CallFilter()
                set(&filter)
                let page = try await test.store.calls(matching: filter, limit: 1000)
                // A row without metadata that is JSON matches no metadata filter.
                let wanted = (0..<100).reversed().filter { expected($0) && (filter.metadata.isEmpty || $0 != 99) }
                #expect(page.calls.map(\.record.traceID) == wanted.map { "trace-\($0)" }, "\(what)")
                #expect(page.nextCursor == nil)
            }
        }
    }

    @Test(arguments: [1, 7, 49, 50, 51, 99, 100])
    func `pages follow each other without a gap, rows written meanwhile left out`(limit: Int) async throws {
        try await withStore { test in
            try await fill(test.store)
            var seen: [Int] = []
            var cursor: String?
            repeat {
                let page = try await test.store.calls(matching: CallFilter(), limit: limit, cursor: cursor)
                seen += page.calls.map(\.id)
                cursor = page.nextCursor
                test.store.append(record("later"))
                try await test.store.flush()
            } while cursor != nil
            #expect(seen == (1...100).reversed())
        }
    }

    @Test func `a limit, cursor or metadata key that cannot be is refused by name`() async throws {
        try await withStore { test in
            for limit in [0, -1, 1001, .max] {
                #expect(await failure { try await test.store.calls(matching: CallFilter(), limit: limit) }?.path == "limit")
            }
            for cursor in ["", "x", "1 OR 1=1"] {
                #expect(await failure { try await test.store.calls(matching: CallFilter(), cursor: cursor) }?.path == "cursor")
            }
            for key in ["", "a\"b", "a\\b"] {
                var filter = CallFilter()
                filter.metadata = [(key, .text("x"))]
                #expect(await failure { try await test.store.calls(matching: filter) }?.path == "filter.metadata.\(key)")
            }
        }
    }

    @Test func `a trace is found by its index`() async throws {
        try await withStore { test in
            let plan = try await test.store.read { connection in
                let statement = try connection.uncachedStatement(
                    "EXPLAIN QUERY PLAN SELECT * FROM call WHERE trace_id = 'x' ORDER BY id DESC")
                return try statement.step() ? statement.text(3) ?? "" : ""
            }
            #expect(plan.contains("call_trace_id"))
        }
    }
}
