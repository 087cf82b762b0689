// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import Routing
import Synchronization
import Testing

struct SharedHealthTests {
    private let id = TargetID(provider: "openai", key: "a", model: "m")

    @Test func `whoever watches is told of each change once, after the lock was left`() {
        let told = Mutex<[BreakerChange]>([])
        let health = SharedHealth { health, transitions in
            // It would never come back were the lock still held.
            health.withLock { #expect($0.hasTransitions == false) }
            told.withLock { $0 += transitions.map(\.change) }
        }
        health.withLock { _ = $0.slot(of: id) }
        #expect(told.withLock { $0 }.isEmpty)
        #expect(health.withLock { $0.trip(id, for: 1000, now: 0) })
        #expect(health.withLock { $0.reset(id, now: 0) })
        _ = health.withLock { $0.snapshot(now: 0) }
        #expect(told.withLock { $0 } == [.tripped, .reset])
    }
}
