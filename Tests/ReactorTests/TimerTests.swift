// SPDX-License-Identifier: Apache-2.0
import Reactor
import ReactorTestSupport
import Synchronization
import Testing

@Suite struct TimerTests {
    @Test func `timers fire in the order of their instants, equal ones in the order they were armed`() async throws {
        try await withManualClock { thread, clock in
            let fired = try await thread.run { reactor in
                let log = Log()
                for (name, due) in [("c", 30), ("a", 10), ("d", 31), ("b1", 20), ("b2", 20), ("b3", 20), ("late", 1000)] {
                    _ = reactor.schedule(at: UInt64(due)) { log.names.append(name) }
                }
                clock.set(29)
                await reactor.nextTurn()
                log.names.append("|")
                clock.set(31)
                await reactor.nextTurn()
                return log.names
            }
            #expect(fired == ["a", "b1", "b2", "b3", "|", "c", "d"])
        }
    }

    @Test func `a cancelled timer does not fire, even if it was due together with the one that cancels it`() async throws {
        try await withManualClock { thread, clock in
            let fired = try await thread.run { reactor in
                let log = Log()
                let early = reactor.schedule(at: 5) { log.names.append("early") }
                var second: TimerID?
                _ = reactor.schedule(at: 10) {
                    log.names.append("first")
                    if let second { reactor.cancel(second) }
                }
                second = reactor.schedule(at: 10) { log.names.append("second") }
                reactor.cancel(early)
                reactor.cancel(early)
                clock.set(10)
                await reactor.nextTurn()
                return log.names
            }
            #expect(fired == ["first"])
        }
    }

    @Test func `a timer that arms itself again for now does not hold up the loop`() async throws {
        try await withManualClock { thread, _ in
            let rounds = try await thread.run { reactor in
                let log = Log()
                func again() {
                    log.names.append("again")
                    if log.names.count < 1_000_000 { _ = reactor.schedule(at: 0, again) }
                }
                again()
                await reactor.nextTurn()
                let rounds = log.names.count
                log.names = Array(repeating: "enough", count: 1_000_000)
                return rounds
            }
            #expect(rounds < 100)
        }
    }

    @Test func `a sleeping task wakes when its time has come`() async throws {
        try await withManualClock { thread, clock in
            let events = try await thread.run { reactor in
                let log = Log()
                clock.set(1000)
                reactor.spawn {
                    try? await reactor.sleep(nanoseconds: 100)
                    log.names.append("woke")
                }
                reactor.spawn {
                    // Longer than the clock can say.
                    try? await reactor.sleep(nanoseconds: .max)
                    log.names.append("never")
                }
                clock.set(1099)
                await reactor.nextTurn()
                log.names.append("not yet")
                clock.set(1100)
                await reactor.nextTurn()
                return log.names
            }
            #expect(events == ["not yet", "woke"])
        }
    }

    @Test func `cancelling ends a sleep at once, before it and during it, from here and from another thread`() async throws {
        try await withManualClock { thread, _ in
            let here = try await thread.run { reactor in
                let log = Log()
                let task = reactor.spawn { log.names.append(await outcome { try await reactor.sleep(nanoseconds: 1 << 60) }) }
                task.cancel()
                await task.value
                let cancelledBefore = reactor.spawn {
                    withUnsafeCurrentTask { $0?.cancel() }
                    log.names.append(await outcome { try await reactor.sleep(nanoseconds: 1 << 60) })
                }
                await cancelledBefore.value
                return log.names
            }
            #expect(here == ["cancelled", "cancelled"])

            let reactor = thread.reactor
            for _ in 0..<100 {
                let task = Task(executorPreference: reactor) { await outcome { try await reactor.sleep(nanoseconds: 1 << 60) } }
                task.cancel()
                #expect(await task.value == "cancelled")
            }
        }
    }
}

func outcome(_ body: () async throws -> Void) async -> String {
    do {
        try await body()
        return "done"
    } catch { return error is CancellationError ? "cancelled" : "\(error)" }
}

/// What happened, in order, and who waits for more.
// Sendable is sound: touched on the reactor's thread only.
final class Log: @unchecked Sendable {
    var names: [String] = []
    var waiter: UnsafeContinuation<Void, Never>?
}

final class ManualClock: Sendable {
    private let nanoseconds = Atomic<UInt64>(0)
    func set(_ instant: UInt64) { nanoseconds.store(instant, ordering: .relaxed) }
    var read: @Sendable () -> UInt64 { { self.nanoseconds.load(ordering: .relaxed) } }
}

func withManualClock(_ body: (ReactorThread, ManualClock) async throws -> Void) async throws {
    let clock = ManualClock()
    try await withReactor(clock: clock.read) { try await body($0, clock) }
}
