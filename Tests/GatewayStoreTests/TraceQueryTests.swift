// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

struct TraceQueryTests {
    /// Calls of the traces a, b, a, c, a, b.
    private func fill(_ store: GatewayStore) async throws {
        for (index, trace) in ["a", "b", "a", "c", "a", "b"].enumerated() {
            store.append(
                record(trace) { record in
                    record.startedAtMilliseconds = 1000 + index * 10
                    record.latencyMicroseconds = 5000
                    record.attempts = index
                    record.spanName = index == 4 ? "draft" : nil
                    record.errorName = index == 5 ? "upstream_error" : nil
                })
        }
        try await store.flush()
    }

    @Test func `each trace stands once, where its latest call stands`() async throws {
        try await withStore { test in
            try await fill(test.store)
            let page = try await test.store.traces(limit: 10, cursor: nil)
            #expect(page.nextCursor == nil)
            #expect(page.traces.map(\.traceID) == ["b", "a", "c"])
            let (b, a) = (page.traces[0], page.traces[1])
            #expect(b.requests == 2 && b.errors == 1 && b.attempts == 6)
            #expect(a.requests == 3 && a.errors == 0 && a.attempts == 6 && a.name == "draft")
            #expect(a.startedAtMilliseconds == 1000 && a.durationMicroseconds == 45_000)
            #expect(page.traces[2].name == "chat.completions.create")
        }
    }

    @Test func `pages follow each other without a gap`() async throws {
        try await withStore { test in
            try await fill(test.store)
            var (names, cursor): ([String], String?) = ([], nil)
            repeat {
                let page = try await test.store.traces(limit: 1, cursor: cursor)
                names += page.traces.map(\.traceID)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(names == ["b", "a", "c"])
            let refusal = await failure { try await test.store.traces(limit: 1, cursor: "not one") }
            #expect(refusal?.code == .invalidParams)
        }
    }
}
