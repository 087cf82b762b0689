// SPDX-License-Identifier: Apache-2.0
import CLinux
import GatewayEngine
package import GatewayModel
import Glibc
import Synchronization

/// A fixed number of threads that take work in the order it came. They end when this goes, after what they have begun.
package final class WorkerThreads: BackgroundWork {
    private let queue: WorkQueue

    /// - Parameter waiting: how much may wait before more is refused.
    /// - Throws: when the system refuses a thread.
    package init(count: Int = 2, waiting: Int = 256) throws(GatewayFailure) {
        queue = WorkQueue(limit: waiting)
        for number in 1...max(1, count) {
            let start = Unmanaged.passRetained(queue)
            let refused = wicket_start_thread("wicket-work-\(number)", 5, { argument in
                guard let argument else { return }
                Unmanaged<WorkQueue>.fromOpaque(argument).takeRetainedValue().serve()
            }, start.toOpaque())
            if refused != 0 {
                start.release()
                queue.close()
                throw GatewayFailure(
                    .internalError, "The system refuses another thread; raise the limit on tasks (TasksMax).", retryable: true)
            }
        }
    }

    deinit { queue.close() }

    /// How much waits for a thread.
    package var waitingCount: Int { queue.count }

    package func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(GatewayFailure) -> Value {
        let ticket = WorkQueue.Ticket()
        let result: Result<Value, GatewayFailure> = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let job = WorkQueue.Job(
                    ticket: ticket, run: { continuation.resume(returning: .success(body())) },
                    refuse: { continuation.resume(returning: .failure($0)) })
                queue.submit(job)
            }
        } onCancel: {
            queue.cancel(ticket)
        }
        return try result.get()
    }
}

/// What waits for a worker.
// Sendable is sound: a semaphore is made to be shared, and lives as long as this.
private final class WorkQueue: @unchecked Sendable {
    /// Tells one piece of work from others.
    final class Ticket: Sendable {}

    struct Job: Sendable {
        let ticket: Ticket
        /// One of the two is called, once.
        let run: @Sendable () -> Void
        let refuse: @Sendable (GatewayFailure) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var isClosed = false
    }

    private let limit: Int
    private let state = Mutex(State())
    private let available = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init(limit: Int) {
        self.limit = limit
        sem_init(available, 0, 0)
    }

    deinit {
        sem_destroy(available)
        available.deallocate()
    }

    /// By the task that the job is of: whether that is cancelled is asked while no `cancel` can look.
    func submit(_ job: Job) {
        let failure: GatewayFailure? = state.withLock { state in
            if state.isClosed { return closing }
            if Task.isCancelled { return cancelled }
            if state.jobs.count >= limit {
                return GatewayFailure(
                    .overloaded, "\(limit) texts wait to be embedded already; send this again in a moment.", retryable: true)
            }
            state.jobs.append(job)
            return nil
        }
        if let failure { return job.refuse(failure) }
        sem_post(available)
    }

    var count: Int { state.withLock { $0.jobs.count } }

    func cancel(_ ticket: Ticket) {
        let job = state.withLock { state in
            state.jobs.firstIndex { $0.ticket === ticket }.map { state.jobs.remove(at: $0) }
        }
        job?.refuse(cancelled)
    }

    func close() {
        let left = state.withLock { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in left { job.refuse(closing) }
        sem_post(available)
    }

    /// A worker's thread.
    func serve() {
        while true {
            while sem_wait(available) != 0 {}
            let (job, isClosed) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
            }
            if isClosed {
                // Each worker wakes the next.
                sem_post(available)
                return
            }
            job?.run()
        }
    }
}

private let cancelled = GatewayFailure(.cancelled, "The request was cancelled before its text was looked at.")
private let closing = GatewayFailure(.internalError, "The daemon is shutting down.", retryable: true)
