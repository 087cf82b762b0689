// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import WicketDaemon

@Suite struct WatchdogTests {
    /// Parts that answer when the test says so, and the signs that were given.
    private final class World: Sendable {
        let asked = Mutex<[[@Sendable () -> Void]]>([[], []])
        let signs = Mutex(0)
        var signCount: Int { signs.withLock { $0 } }

        func watchdog() -> Watchdog {
            let probes: [Watchdog.Probe] = [0, 1].map { part in { answer in self.asked.withLock { $0[part].append(answer) } } }
            return Watchdog(probes: probes, sign: { self.signs.withLock { $0 += 1 } })
        }
        func answer(_ part: Int) { asked.withLock { $0[part].removeFirst() }() }
        func questions(to part: Int) -> Int { asked.withLock { $0[part].count } }
    }

    @Test func `a sign is given when every part has answered, and one late answer does not count twice`() {
        let world = World()
        let watchdog = world.watchdog()
        watchdog.beginRound()
        world.answer(0)
        #expect(world.signCount == 0)
        // Part 1 is stuck: later rounds wait for it, and ask nobody again.
        watchdog.beginRound()
        watchdog.beginRound()
        #expect(world.questions(to: 0) == 0)
        #expect(world.questions(to: 1) == 1)
        #expect(world.signCount == 0)
        world.answer(1)
        #expect(world.signCount == 1)
        watchdog.beginRound()
        world.answer(1)
        #expect(world.signCount == 1)
        world.answer(0)
        #expect(world.signCount == 2)
    }
}
