// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import Glibc
import Synchronization
import Testing

@testable import TextEmbedding

struct WorkerThreadsTests {
    /// Holds workers until it is opened.
    final class Gate: Sendable {
        private let opened = Atomic(false), entered = Atomic(0)
        func pass() {
            entered.add(1, ordering: .sequentiallyConsistent)
            while !opened.load(ordering: .sequentiallyConsistent) { usleep(200) }
        }
        func open() { opened.store(true, ordering: .sequentiallyConsistent) }
        func waits(for count: Int) async {
            while entered.load(ordering: .sequentiallyConsistent) < count { try? await Task.sleep(for: .milliseconds(1)) }
        }
    }

    @Test func `work runs on a thread of the name and niceness`() async throws {
        let (name, niceness) = try await WorkerThreads(count: 1).run {
            let text = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
            return (text, getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
        }
        #expect(name == "wicket-work-1\n")
        #expect(niceness >= 5)
    }

    @Test func `work whose task is cancelled before it began never runs`() async throws {
        let (threads, gate) = (try WorkerThreads(count: 1), Gate())
        async let first: Void = threads.run { gate.pass() }
        await gate.waits(for: 1)
        let waiting = Task { await Self.refusal(of: threads) }
        while threads.waitingCount < 1 { try? await Task.sleep(for: .milliseconds(1)) }
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        #expect(threads.waitingCount == 0)
        gate.open()
        try await first
    }

    private static func refusal(of threads: WorkerThreads) async -> ErrorCode? {
        do throws(GatewayFailure) { try await threads.run {} } catch { return error.code }
        return nil
    }

    @Test func `two pieces of work run at once, and what is too much is refused`() async throws {
        let (threads, gate) = (try WorkerThreads(count: 2, waiting: 1), Gate())
        async let first: Void = threads.run { gate.pass() }
        await gate.waits(for: 1)
        async let second: Void = threads.run { gate.pass() }
        await gate.waits(for: 2)
        async let third = Self.refusal(of: threads)
        while threads.waitingCount < 1 { try? await Task.sleep(for: .milliseconds(1)) }
        #expect(await Self.refusal(of: threads) == .overloaded)
        gate.open()
        _ = try await (first, second)
        #expect(await third == nil)
    }
}
