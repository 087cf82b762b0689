// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Routing

/// What outlives the process, and what the shell hears of changes.
@Suite struct TargetHealthRestartTests {
    private var health = TargetHealth()
    private let second: UInt64 = 1_000_000_000
    private let id = TargetID(provider: "openai", key: "team", model: "m")

    private mutating func send(_ end: TryEnd, _ count: Int = 1, second now: UInt64) {
        let slot = health.slot(of: id)
        for _ in 0..<count {
            let isProbe = health.begin(slot, isExtra: false, now: now * second) == .probe
            health.end(slot, end, asProbe: isProbe, begun: now * second, nil, now: now * second)
        }
    }

    @Test mutating func `each change of state is told once, in order`() {
        send(.broken, 9, second: 0)
        #expect(!health.hasTransitions)
        send(.broken, second: 0)
        #expect(health.hasTransitions)
        send(.cancelled, second: 30)
        send(.cancelled, second: 30)
        send(.broken, second: 31)
        send(.answered(status: 200, latency: 1), second: 91)
        health.reset(id, now: 92 * second)
        health.trip(id, for: 5000, now: 92 * second)
        health.reset(id, now: 93 * second)
        let told = health.takeTransitions()
        let expected: [(BreakerChange, Int)] = [
            (.opened, 30_000), (.halfOpened, 0), (.reopened, 60_000), (.halfOpened, 0), (.closed, 0), (.tripped, 5000),
            (.reset, 0),
        ]
        #expect(told == expected.map { BreakerTransition(id: id, change: $0.0, openMilliseconds: $0.1) })
        #expect(!health.hasTransitions)
        expectEqual(health.takeTransitions().isEmpty, true)
    }

    @Test mutating func `transitions that nobody takes do not pile up`() {
        _ = health.slot(of: id)
        for _ in 0..<5000 { health.trip(id, for: 1, now: 0) }
        expectEqual(health.takeTransitions().count, 1024)
    }

    @Test mutating func `an open breaker is open after a restart, for what was left, and goes on doubling`() throws {
        _ = health.slot(of: TargetID(provider: "groq", key: "", model: "well"))
        send(.broken, 10, second: 0)
        send(.broken, second: 30)
        let kept = health.openBreakers(now: 50 * second)
        #expect(kept == [OpenBreaker(id: id, remainingMilliseconds: 40_000, multiple: 2)])

        health = TargetHealth()
        health.restore(kept, now: 1000 * second)
        #expect(!health.hasTransitions)
        let slot = health.slot(of: id)
        #expect(health.mayAdmit(slot, now: 1000 * second) == .refused(until: 1040 * second))
        expectEqual(health.begin(slot, isExtra: false, now: 1040 * second), .probe)
        health.end(slot, .broken, asProbe: true, begun: 1040 * second, nil, now: 1040 * second)
        #expect(health.mayAdmit(slot, now: 1041 * second) == .refused(until: 1160 * second), "four times thirty")
    }

    @Test mutating func `one that was half open, even with its probe under way, probes after a restart`() throws {
        send(.broken, 10, second: 0)
        expectEqual(health.begin(health.slot(of: id), isExtra: false, now: 30 * second), .probe)
        let kept = health.openBreakers(now: 31 * second)
        #expect(kept == [OpenBreaker(id: id, remainingMilliseconds: 0, multiple: 1)])
        health = TargetHealth()
        health.restore(kept, now: 0)
        expectEqual(health.begin(health.slot(of: id), isExtra: false, now: 0), .probe)
    }

    @Test mutating func `nonsense in the store is brought into bounds`() {
        let long = TargetID(provider: "", key: "", model: String(repeating: "m", count: 600))
        health.restore(
            [
                OpenBreaker(id: id, remainingMilliseconds: .max, multiple: .max),
                OpenBreaker(id: TargetID(provider: "b", key: "", model: ""), remainingMilliseconds: .min, multiple: .min),
                OpenBreaker(id: long, remainingMilliseconds: 5, multiple: 1),
            ], now: 0)
        let shown = health.openBreakers(now: 0)
        #expect(shown.map(\.remainingMilliseconds) == [30 * 86_400_000, 0])
        #expect(shown.map(\.multiple) == [10, 1])
    }

    @Test mutating func `an unknown target is neither reset nor tripped`() {
        expectEqual(health.reset(id, now: 0), false)
        expectEqual(health.trip(id, for: 1000, now: 0), false)
        #expect(health.snapshot(now: 0).isEmpty)
    }
}
