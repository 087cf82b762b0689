// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Glibc
import Synchronization
import Testing

@testable import TextEmbedding

struct WorkerThreadsTests {
    /// Holds workers until it is opened.
    final class Gate: Sendable {
        private let (opened, entered) = (Atomic(false), Atomic(0))
        func pass() {
            entered.add(1, ordering: .sequentiallyConsistent)
            while !opened.load(ordering: .sequentiallyConsistent) { usleep(200) }
        }
        func open() { opened.store(true, ordering: .sequentiallyConsistent) }
        func waits(for count: Int) async {
            while entered.load(ordering: .sequentiallyConsistent) < count { await Task.yield() }
        }
    }

    @Test func `work runs on a thread of the name and niceness`() async throws {
        let (name, niceness) = try await WorkerThreads(count: 1).run {
            var name = [CChar](repeating: 0, count: 16)
            pthread_getname_np(pthread_self(), &name, name.count)
            let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return (text, getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
        }
        #expect(name == "wicket-work-1")
        #expect(niceness >= 5)
    }

    @Test func `work whose task is cancelled before it began never runs`() async throws {
        let (threads, gate) = (try WorkerThreads(count: 1), Gate())
        async let first: Void = threads.run { gate.pass() }
        await gate.waits(for: 1)
        let waiting = Task { await Self.failure { try await threads.run { gate.open() } } }
        while threads.waitingCount < 1 { await Task.yield() }
        waiting.cancel()
        #expect(await waiting.value?.code == .cancelled)
        #expect(threads.waitingCount == 0)
        gate.open()
        try await first
    }

    private static func failure(_ body: () async throws(GatewayFailure) -> Void) async -> GatewayFailure? {
        do throws(GatewayFailure) { try await body() } catch { return error }
        return nil
    }

    @Test func `two pieces of work run at once, and what is too much is refused`() async throws {
        let (threads, gate) = (try WorkerThreads(count: 2, waiting: 1), Gate())
        async let first: Void = threads.run { gate.pass() }
        async let second: Void = threads.run { gate.pass() }
        await gate.waits(for: 2)
        // One waits; whichever of the two comes later is refused, without a wait.
        async let third = Self.failure { try await threads.run {} }
        async let fourth = Self.failure { try await threads.run {} }
        while threads.waitingCount < 1 { await Task.yield() }
        #expect(await Self.failure { try await threads.run {} }?.code == .overloaded)
        gate.open()
        _ = try await (first, second)
        let codes = await [third?.code, fourth?.code]
        #expect(codes.filter { $0 == .overloaded }.count == 1)
    }
}
