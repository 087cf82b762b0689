// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Synchronization

/// A system call that a reactor cannot do without has failed.
package struct ReactorError: Error, Sendable {
    package let call: String
    package let errno: Int32
}

/// Takes part in each turn of the loop after the jobs have run; see `Reactor.run`.
package protocol TurnParticipant: AnyObject {
    /// The instant (monotonic nanoseconds) at which this participant wants a turn at the latest, or nil.
    var nextDeadline: UInt64? { get }
    /// May make jobs ready; they run before the next wait. `now` was read once for the turn.
    func endOfTurn(now: UInt64)
}

/// One thread, one epoll, and the tasks that run on it: the executor of every connection and request that it accepted.
///
/// Everything but `enqueue`, `perform`, `stop` and `isCurrent` belongs to the reactor's thread. Tasks must be started with
/// `executorPreference: reactor` (or as children of such a task): a continuation that is resumed here then runs here, in the
/// same turn, without a hop. It knows nothing of the gateway.
// Sendable is sound: `inbox` and the atomics are shared, all other state is touched on the owner thread only (or before it runs).
package final class Reactor: TaskExecutor, @unchecked Sendable {
    private let epoll: Int32
    private let wakeDescriptor: Int32
    private let clock: @Sendable () -> UInt64
    /// The thread that is in `run`, or 0.
    private let owner = Atomic<UInt>(0)
    private var ready = JobQueue()
    private var table = RegistrationTable()
    private var timers = TimerHeap()
    /// Kept between turns for its storage.
    private var dueTimers: [TimerID] = []
    private var participants: [any TurnParticipant] = []
    private var lastParticipants: [any TurnParticipant] = []
    private let inbox = Mutex(Inbox())
    /// The other half of the inbox: swapped in under the lock, so that nothing is copied or allocated there.
    private var spareInbox = Inbox()
    private let stopping = Atomic<Bool>(false)
    private let turnCount = Atomic<UInt64>(0)

    private struct Inbox {
        var jobs: [UnownedJob] = []
        var calls: [@Sendable () -> Void] = []
        var isEmpty: Bool { jobs.isEmpty && calls.isEmpty }
    }

    /// - Parameter clock: nanoseconds of a monotonic clock.
    package init(clock: @escaping @Sendable () -> UInt64) throws(ReactorError) {
        self.clock = clock
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        if epoll < 0 { throw ReactorError(call: "epoll_create1", errno: wicket_errno()) }
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if wakeDescriptor < 0 { throw ReactorError(call: "eventfd", errno: wicket_errno()) }
        if wicket_epoll_ctl(epoll, EPOLL_CTL_ADD, wakeDescriptor, EPOLLIN.rawValue, Self.wakeTag) < 0 {
            throw ReactorError(call: "epoll_ctl", errno: wicket_errno())
        }
    }

    deinit {
        close(wakeDescriptor)
        close(epoll)
    }

    // MARK: From any thread

    /// Whether the caller runs on this reactor's thread.
    package var isCurrent: Bool { wicket_thread_id() == owner.load(ordering: .relaxed) }

    /// How many turns the loop has made: a watchdog sees by it that the reactor lives.
    package var turns: UInt64 { turnCount.load(ordering: .relaxed) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent { return ready.push(job) }
        post { $0.jobs.append(job) }
    }

    /// Runs `body` on the reactor's thread, soon.
    package func perform(_ body: @escaping @Sendable () -> Void) { post { $0.calls.append(body) } }

    /// Makes `run` return after the present turn.
    package func stop() {
        stopping.store(true, ordering: .releasing)
        perform {}
    }

    private func post(_ change: (inout Inbox) -> Void) {
        let wasEmpty = inbox.withLock { inbox in
            let wasEmpty = inbox.isEmpty
            change(&inbox)
            return wasEmpty
        }
        if wasEmpty {
            var one: UInt64 = 1
            _ = write(wakeDescriptor, &one, 8)
        }
    }

    // MARK: On the reactor's thread

    /// The instant, in the injected clock's nanoseconds.
    package var now: UInt64 { clock() }

    /// Adds someone who acts at the end of each turn. `last` ones (those that flush) run when no job is left.
    package func join(_ participant: any TurnParticipant, last: Bool = false) {
        if last { lastParticipants.append(participant) } else { participants.append(participant) }
    }

    /// Ends a participation.
    package func leave(_ participant: any TurnParticipant) {
        participants.removeAll { $0 === participant }
        lastParticipants.removeAll { $0 === participant }
    }

    /// Starts to watch a descriptor; the handler is kept until `unregister`. An older registration of the same number, whose
    /// descriptor was closed without a word, ends here.
    package func register(
        _ descriptor: Int32, _ interest: Readiness, _ handler: any ReadinessHandler
    ) throws(ReactorError) -> Registration {
        let registration = table.next(descriptor)
        if wicket_epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, interest.rawValue, registration.tag) < 0 {
            throw ReactorError(call: "epoll_ctl", errno: wicket_errno())
        }
        table.insert(registration, handler)
        return registration
    }

    /// Changes what a descriptor is watched for. A registration that has ended is left alone.
    package func update(_ registration: Registration, _ interest: Readiness) {
        guard table.handler(registration) != nil else { return }
        _ = wicket_epoll_ctl(epoll, EPOLL_CTL_MOD, registration.descriptor, interest.rawValue, registration.tag)
    }

    /// Ends a registration. Pass `closed: true` where the descriptor has been closed (the kernel then forgot it by itself, and
    /// its number may already be someone else's).
    package func unregister(_ registration: Registration, closed: Bool = false) {
        guard table.remove(registration), !closed else { return }
        _ = wicket_epoll_ctl(epoll, EPOLL_CTL_DEL, registration.descriptor, 0, 0)
    }

    /// Runs `body` on this thread at `instant` or soon after, unless cancelled.
    package func schedule(at instant: UInt64, _ body: @escaping () -> Void) -> TimerID { timers.insert(due: instant, body) }

    package func cancel(_ timer: TimerID) { timers.cancel(timer) }

    /// Suspends the calling task, which must run here, for a time. `Task.sleep` would leave the reactor.
    package func sleep(nanoseconds: UInt64) async throws(CancellationError) {
        precondition(isCurrent, "sleep outside of the reactor's thread")
        let sleeper = Sleeper()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                if Task.isCancelled { return continuation.resume() }
                sleeper.continuation = continuation
                let (due, overflow) = now.addingReportingOverflow(nanoseconds)
                sleeper.timer = schedule(at: overflow ? .max : due) { sleeper.wake() }
            }
        } onCancel: {
            // As a rule it comes from the reactor itself: hang-up, deadline and $/cancelRequest all run there.
            if isCurrent { end(sleeper) } else { perform { self.end(sleeper) } }
        }
        if Task.isCancelled { throw CancellationError() }
    }

    private func end(_ sleeper: Sleeper) {
        if let timer = sleeper.timer { cancel(timer) }
        sleeper.wake()
    }

    /// A parked sleeper.
    // Sendable is sound: touched on the reactor's thread only; `sleep` and its cancellation handler see to that.
    private final class Sleeper: @unchecked Sendable {
        var continuation: UnsafeContinuation<Void, Never>?
        var timer: TimerID?
        func wake() {
            guard let continuation else { return }
            self.continuation = nil
            continuation.resume()
        }
    }

    /// Starts a root task on this reactor, running at once up to its first suspension. The only way to start one outside of a
    /// group.
    @discardableResult
    package func spawn(_ operation: @escaping () async -> Void) -> Task<Void, Never> {
        precondition(isCurrent, "spawn outside of the reactor's thread")
        // The task runs on this thread only, so what the closure captures never crosses one.
        nonisolated(unsafe) let operation = operation
        return Task.immediate(executorPreference: self) { await operation() }
    }
}

// MARK: - The loop

extension Reactor {
    private static var wakeTag: UInt64 { .max }
    private static var eventsPerWait: Int32 { 256 }
    /// Tasks that keep making each other ready must not keep the loop from its descriptors and timers.
    private static var jobsPerTurn: Int { 4096 }

    /// Makes the calling thread the reactor's and loops until `stop`: wait, tell handlers, fire timers, run jobs, let the
    /// participants act, and only when nothing is left to run, let the last ones flush.
    package func run() {
        owner.store(wicket_thread_id(), ordering: .relaxed)
        defer { owner.store(0, ordering: .relaxed) }
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Int(Self.eventsPerWait))
        defer { events.deallocate() }
        takeInbox()
        while true {
            drain()
            turnCount.wrappingAdd(1, ordering: .relaxed)
            flush()
            if stopping.load(ordering: .acquiring) { return }
            let count = epoll_wait(epoll, events, Self.eventsPerWait, waitMilliseconds())
            for index in 0..<max(0, Int(count)) { dispatch(events + index) }
            fireTimers()
        }
    }

    private func waitMilliseconds() -> Int32 {
        if !ready.isEmpty { return 0 }
        var due = timers.nextDue ?? .max
        for participant in participants { due = min(due, participant.nextDeadline ?? .max) }
        if due == .max { return -1 }
        let now = clock()
        if due <= now { return 0 }
        // Rounded up: waking before the instant would spin.
        return Int32(clamping: min((due - now - 1) / 1_000_000 + 1, 60_000))
    }

    private func dispatch(_ event: UnsafeMutablePointer<epoll_event>) {
        let tag = wicket_epoll_data(event)
        if tag == Self.wakeTag { return takeInbox() }
        table.handler(Registration(tag: tag))?.descriptorReady(Readiness(rawValue: event.pointee.events))
    }

    /// Fires what was due when it was called. What a timer arms waits for the next turn, even if it is due already.
    private func fireTimers() {
        guard let next = timers.nextDue else { return }
        let now = clock()
        if next > now { return }
        var due: [TimerID] = []
        swap(&due, &dueTimers)
        timers.popDue(now, into: &due)
        for timer in due { timers.take(timer)?() }
        due.removeAll(keepingCapacity: true)
        swap(&due, &dueTimers)
    }

    /// Runs all that is ready, the participants, and what they made ready.
    private func drain() {
        var left = Self.jobsPerTurn
        repeat {
            while left > 0, let job = ready.pop() {
                job.runSynchronously(on: asUnownedTaskExecutor())
                left -= 1
            }
            if participants.isEmpty { return }
            let now = clock()
            for participant in participants { participant.endOfTurn(now: now) }
        } while left > 0 && !ready.isEmpty
    }

    private func flush() {
        if lastParticipants.isEmpty { return }
        let now = clock()
        for participant in lastParticipants { participant.endOfTurn(now: now) }
    }

    private func takeInbox() {
        var value: UInt64 = 0
        _ = read(wakeDescriptor, &value, 8)
        var taken = Inbox()
        swap(&taken, &spareInbox)
        inbox.withLock { swap(&$0, &taken) }
        for job in taken.jobs { ready.push(job) }
        for call in taken.calls { call() }
        taken.jobs.removeAll(keepingCapacity: true)
        taken.calls.removeAll(keepingCapacity: true)
        swap(&taken, &spareInbox)
    }
}
