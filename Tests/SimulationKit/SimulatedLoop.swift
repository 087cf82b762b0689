// SPDX-License-Identifier: Apache-2.0
import Glibc
package import TestSupport

/// A reactor without a thread, a clock or a socket: the executor of all simulated tasks. Which of the ready jobs runs next is
/// drawn, and time moves only when none is ready, so that an hour's wait costs nothing and a seed says everything that happens.
///
/// Tasks must be started with `start` (or be children of such a task). `Task {}`, `Task.sleep` and threads are outside of it: a
/// job that comes in from another thread ends the process, because the run could not be repeated.
// Sendable is sound: one thread makes it, runs it and drops it; `enqueue` from another one stops the process.
package final class SimulatedLoop: TaskExecutor, @unchecked Sendable {
    /// Nanoseconds since the simulation began.
    package private(set) var now: UInt64 = 0
    /// Tasks that are in `sleep`.
    package private(set) var sleepers = 0
    /// Set by `timer`, neither fired nor cancelled.
    package private(set) var timers = 0
    /// What it has done so far: jobs and events.
    package private(set) var steps = 0
    private var ready: [UnownedJob] = []
    private var events = EventQueue()
    private var random: SeededRandom
    private let thread = pthread_self()

    package init(random: SeededRandom) { self.random = random }

    package func enqueue(_ job: consuming ExecutorJob) {
        if pthread_equal(thread, pthread_self()) == 0 {
            fatalError("A simulated task left its executor (Task {}, Task.sleep or a thread): this run cannot be repeated.")
        }
        ready.append(UnownedJob(job))
    }

    /// Starts a task; it does not run before `run`.
    @discardableResult
    package func start(_ operation: @escaping () async -> Void) -> Task<Void, Never> {
        // The task runs on this thread only, so what the closure captures never crosses one.
        nonisolated(unsafe) let operation = operation
        return Task(executorPreference: self) { await operation() }
    }

    @discardableResult
    package func schedule(at due: UInt64, _ action: @escaping () -> Void) -> ScheduledEvent {
        events.add(at: max(due, now), action)
    }

    @discardableResult
    package func schedule(after nanoseconds: UInt64, _ action: @escaping () -> Void) -> ScheduledEvent {
        schedule(at: now &+ min(nanoseconds, .max >> 2), action)
    }

    /// Runs jobs and events until `isOver` says so, or nothing is left that could happen.
    /// - Returns: false when nothing was left, or `mostSteps` were not enough.
    package func run(mostSteps: Int, until isOver: () -> Bool) -> Bool {
        let limit = steps + mostSteps
        while !isOver() {
            guard steps < limit, step() else { return false }
        }
        return true
    }

    private func step() -> Bool {
        guard let due = events.nextDue() else { return runJob() }
        // A timer that is due competes with the jobs that are ready.
        if !ready.isEmpty, due > now || random.next() & 3 != 0 { return runJob() }
        now = max(now, due)
        guard let action = events.take(dueBy: now) else { return false }
        steps += 1
        action()
        return true
    }

    private func runJob() -> Bool {
        if ready.isEmpty { return false }
        let index = ready.count == 1 ? 0 : Int(truncatingIfNeeded: random.next() % UInt64(ready.count))
        ready.swapAt(index, ready.count - 1)
        steps += 1
        ready.removeLast().runSynchronously(on: asUnownedTaskExecutor())
        return true
    }

    /// Runs `body` once after a time, unless what it returns is called before.
    package func timer(after nanoseconds: UInt64, _ body: @escaping () -> Void) -> () -> Void {
        timers += 1
        let event = schedule(after: nanoseconds) {
            self.timers -= 1
            body()
        }
        return {
            if event.isPending { self.timers -= 1 }
            event.cancel()
        }
    }

    /// Suspends the calling task for a time.
    package func sleep(nanoseconds: UInt64) async throws(CancellationError) {
        await park { wake in
            self.sleepers += 1
            let event = self.schedule(after: nanoseconds) { wake() }
            return { _ in
                event.cancel()
                self.sleepers -= 1
            }
        }
        if Task.isCancelled { throw CancellationError() }
    }

    /// Suspends the calling task until `wake` is called or the task is cancelled.
    /// - Parameter begin: called with `wake` unless the task is cancelled already. What it returns runs once, before `wake` or
    ///   the cancelling call returns, and is told whether it was the latter.
    package func park(_ begin: (_ wake: @escaping () -> Void) -> (_ isCancelled: Bool) -> Void) async {
        let parked = Parked()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                if Task.isCancelled { return continuation.resume() }
                parked.continuation = continuation
                parked.end = begin { parked.wake(false) }
            }
        } onCancel: {
            parked.wake(true)
        }
    }

    // Sendable is sound: all that runs does so on the loop's thread.
    private final class Parked: @unchecked Sendable {
        var continuation: UnsafeContinuation<Void, Never>?
        var end: ((Bool) -> Void)?

        func wake(_ isCancelled: Bool) {
            guard let continuation else { return }
            self.continuation = nil
            end?(isCancelled)
            end = nil
            continuation.resume()
        }
    }
}
