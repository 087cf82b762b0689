// SPDX-License-Identifier: Apache-2.0
import Glibc
import Reactor
import ReactorTestSupport
import Synchronization
import Testing

@Suite struct TaskTests {
    @Test func `a task started elsewhere runs on the reactor's thread, and so do its children`() async throws {
        try await withReactor { thread in
            let reactor = thread.reactor
            #expect(!reactor.isCurrent)
            let task = Task(executorPreference: reactor) {
                async let child = reactor.isCurrent
                let grandchildren = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<10 { group.addTask { reactor.isCurrent } }
                    return await group.allSatisfy { $0 }
                }
                let concurrent = await onTheConcurrentExecutor(reactor)
                return [reactor.isCurrent, await child, grandchildren, concurrent, reactor.isCurrent]
            }
            #expect(await task.value == [true, true, true, true, true])
        }
    }

    @Test func `work that another thread resumes comes back to the reactor's thread`() async throws {
        try await withReactor { thread in
            let places = try await thread.run { reactor in
                var places: [Bool] = []
                for _ in 0..<100 {
                    await withUnsafeContinuation { continuation in
                        Task.detached { continuation.resume() }
                    }
                    places.append(reactor.isCurrent)
                }
                return places
            }
            #expect(places.allSatisfy { $0 })
        }
    }

    @Test func `resuming here makes ready and does not run, and what is ready runs in the same turn`() async throws {
        try await withReactor { thread in
            let events = try await thread.run { reactor in
                let log = Log()
                reactor.spawn {
                    log.names.append("spawned")
                    await withUnsafeContinuation { log.waiter = $0 }
                    log.names.append("resumed in turn \(reactor.turns)")
                }
                log.names.append("after spawn")
                await withUnsafeContinuation { done in
                    reactor.perform {
                        let turn = reactor.turns
                        log.waiter?.resume()
                        log.names.append("after resume in turn \(turn)")
                        done.resume()
                    }
                }
                return log.names
            }
            #expect(events.count == 4)
            #expect(events[..<2] == ["spawned", "after spawn"])
            #expect(events[2].replacing("after resume", with: "resumed") == events[3])
        }
    }

    @Test func `calls from many threads all arrive, each thread's in their order`() async throws {
        try await withReactor { thread in
            let reactor = thread.reactor
            let shared = Shared()
            await withTaskGroup(of: Void.self) { group in
                for sender in 0..<4 {
                    group.addTask {
                        for number in 0..<1000 {
                            reactor.perform {
                                precondition(reactor.isCurrent)
                                shared.seen.withLock { $0[sender].append(number) }
                            }
                        }
                    }
                }
            }
            _ = try await thread.run { _ in }
            #expect(shared.seen.withLock { $0 } == Array(repeating: Array(0..<1000), count: 4))
        }
    }

    @Test func `more tasks than the queue first has room for run in the order they became ready`() async throws {
        try await withReactor { thread in
            let order = try await thread.run { reactor in
                let log = Log()
                let tasks = (0..<5000).map { number in
                    reactor.spawn {
                        await Task.yield()
                        log.names.append("\(number)")
                    }
                }
                for task in tasks { await task.value }
                return log.names
            }
            #expect(order == (0..<5000).map { "\($0)" })
        }
    }

    @Test func `tasks that keep making each other ready do not keep the loop from its descriptors`() async throws {
        try await withReactor { thread in
            let shared = Shared()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await thread.run { _ in
                        shared.hasBegun.store(true, ordering: .relaxed)
                        while !shared.isEnough.load(ordering: .relaxed) { await Task.yield() }
                    }
                }
                while !shared.hasBegun.load(ordering: .relaxed) { await Task.yield() }
                // Arrives by the wake descriptor, though there is always a job ready.
                try await thread.run { _ in }
                shared.isEnough.store(true, ordering: .relaxed)
                try await group.waitForAll()
            }
        }
    }

    @Test func `stop ends the loop, whether it runs already or not`() throws {
        let early = try Reactor(clock: ReactorThread.monotonic)
        early.stop()
        early.run()
        #expect(!early.isCurrent)
        try ReactorThread().stop()
    }
}

private final class Shared: Sendable {
    let seen = Mutex<[[Int]]>(Array(repeating: [], count: 4))
    let hasBegun = Atomic<Bool>(false)
    let isEnough = Atomic<Bool>(false)
}

@concurrent
private func onTheConcurrentExecutor(_ reactor: Reactor) async -> Bool { reactor.isCurrent }
