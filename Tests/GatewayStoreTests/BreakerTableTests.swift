// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayStore
import Testing

struct BreakerTableTests {
    private func row(_ key: String, until: Int = 10_000, remaining: Int = 4000) -> BreakerRow {
        BreakerRow(
            provider: "openai", key: key, model: "m", openUntilMilliseconds: until, remainingMilliseconds: remaining, multiple: 4)
    }

    private func save(_ rows: [BreakerRow], in store: GatewayStore) async -> GatewayFailure? {
        await withCheckedContinuation { continuation in
            store.saveBreakers({ rows }, finished: { continuation.resume(returning: $0) })
        }
    }

    @Test func `what is saved last is what is loaded, whole`() async throws {
        try await withStore { test in
            var kept = try await test.store.loadBreakers()
            #expect(kept == [])
            #expect(await save([row("a"), row("b"), row("")], in: test.store) == nil)
            #expect(await save([row("a"), row("c")], in: test.store) == nil)
            kept = try await test.store.loadBreakers()
            #expect(kept.sorted { $0.key < $1.key } == [row("a"), row("c")])
            #expect(await save([], in: test.store) == nil)
            kept = try await test.store.loadBreakers()
            #expect(kept == [])
        }
    }

    @Test func `a save that fails keeps what was there and is told`() async throws {
        try await withStore { test in
            #expect(await save([row("a")], in: test.store) == nil)
            #expect(await save([row("b"), row("b")], in: test.store) != nil)
            let kept = try await test.store.loadBreakers()
            #expect(kept == [row("a")])
        }
    }

    @Test(arguments: [(6000, 4000), (8000, 2000), (10_000, 0), (99_000, 0), (0, 4000)])
    func `the rest of the time is neither negative nor longer than it was`(now: Int, left: Int) {
        #expect(row("a").remainingMilliseconds(now: now) == left)
    }
}
