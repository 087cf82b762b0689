// SPDX-License-Identifier: Apache-2.0
import SimulationKit
import TestSupport
import Testing

@Suite struct EventQueueTests {
    @Test func `events come by their time, and those of one instant as they were added`() {
        var random = SeededRandom(seed: 7)
        var queue = EventQueue()
        var expected: [(UInt64, Int)] = []
        var taken: [Int] = []
        var cancelled: Set<Int> = []
        for number in 0..<500 {
            let due = random.next() % 50
            let event = queue.add(at: due) { taken.append(number) }
            if random.fires(0.2) {
                event.cancel()
                cancelled.insert(number)
            } else {
                expected.append((due, number))
            }
        }
        while let action = queue.take(dueBy: .max) { action() }
        #expect(taken == expected.sorted { $0 < $1 }.map(\.1))
        #expect(cancelled.isDisjoint(with: taken))
        #expect(queue.nextDue() == nil)
    }
}

@Suite struct SimulatedLoopTests {
    /// Which of some tasks came through their waits in what order, and when.
    func history(seed: UInt64) -> [String] {
        let loop = SimulatedLoop(random: SeededRandom(seed: seed))
        var history: [String] = []
        for task in 0..<5 {
            loop.start {
                for step in 0..<4 {
                    try? await loop.sleep(nanoseconds: UInt64(step % 2) * 1_000)
                    history.append("\(task)-\(step)@\(loop.now)")
                }
            }
        }
        #expect(loop.run(mostSteps: 1000) { history.count == 20 })
        return history
    }

    @Test func `a seed fixes the order of tasks, and other seeds give other orders`() {
        #expect(history(seed: 1) == history(seed: 1))
        #expect(Set((1...20).map { history(seed: $0) }).count > 15)
    }

    @Test func `an hour's wait costs nothing`() {
        let loop = SimulatedLoop(random: SeededRandom(seed: 1))
        var isOver = false
        loop.start {
            try? await loop.sleep(nanoseconds: 3600 * 1_000_000_000)
            isOver = true
        }
        #expect(loop.run(mostSteps: 10) { isOver })
        #expect(loop.now == 3600 * 1_000_000_000)
        #expect(loop.sleepers == 0)
    }

    @Test func `a cancelled sleep ends at once and leaves no timer`() {
        let loop = SimulatedLoop(random: SeededRandom(seed: 1))
        var wasCancelled = false
        let task = loop.start {
            do { try await loop.sleep(nanoseconds: 1_000) } catch { wasCancelled = true }
        }
        loop.schedule(at: 10) { task.cancel() }
        #expect(loop.run(mostSteps: 10) { wasCancelled })
        #expect(loop.now == 10)
        #expect(loop.sleepers == 0)
        #expect(!loop.run(mostSteps: 10) { false }, "nothing is left")
    }

    @Test func `a timer that was stopped does not fire and does not count`() {
        let loop = SimulatedLoop(random: SeededRandom(seed: 1))
        var fired = 0
        let stop = loop.timer(after: 5) { fired += 1 }
        let late = loop.timer(after: 7) { fired += 10 }
        stop()
        stop()
        #expect(loop.timers == 1)
        #expect(!loop.run(mostSteps: 10) { false })
        late()
        #expect(fired == 10)
        #expect(loop.timers == 0)
    }

    @Test func `what never ends is noticed`() {
        let loop = SimulatedLoop(random: SeededRandom(seed: 1))
        var task: Task<Void, Never>?
        task = loop.start { await loop.park { _ in { _ in } } }
        #expect(!loop.run(mostSteps: 100) { false })
        task?.cancel()
        _ = loop.run(mostSteps: 100) { false }
    }
}

@Suite struct SwarmTests {
    enum Fault: CaseIterable, Hashable, Sendable { case one, two, three, four }

    @Test func `each fault is off in half of the runs`() {
        var counts: [Fault: Int] = [:]
        for seed in 0..<2000 {
            var random = SeededRandom(seed: UInt64(seed))
            let swarm = Swarm<Fault>(random: &random)
            for fault in Fault.allCases where swarm.has(fault) { counts[fault, default: 0] += 1 }
        }
        for fault in Fault.allCases { #expect((900...1100).contains(counts[fault] ?? 0)) }
    }

    @Test func `a fault that is off never strikes`() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<100 { #expect(!Swarm<Fault>.calm.strikes(.one, &random)) }
    }
}
