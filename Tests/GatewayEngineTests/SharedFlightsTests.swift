// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayEngine
import GatewayModel
import Reactor
import ReactorTestSupport
import Synchronization
import TestSupport
import Testing

/// The shell around the table, on real reactors: what only exists where there are threads.
@Suite struct SharedFlightsTests {
    static let key = CacheKey(words: (1, 2, 3, 4))

    static func batch(_ number: Int) -> ChunkBatch {
        var batch = ChunkBatch()
        batch.bytes = [UInt8(number >> 8), UInt8(number & 0xFF)]
        batch.endChunk()
        return batch
    }

    /// Takes everything to the end.
    /// - Returns: the numbers of the pieces, or nil when the task was cancelled.
    static func listen(_ passenger: FlightPassenger) async -> [Int]? {
        var numbers: [Int] = []
        while true {
            guard let news = try? await passenger.next() else { return nil }
            switch news {
            case .began: break
            case .pieces(let pieces): numbers.append(Int(pieces.batch.bytes[0]) << 8 | Int(pieces.batch.bytes[1]))
            case .ended(let end, _):
                if case .streamed = end.outcome { return numbers }
                return []
            }
        }
    }

    static func board(
        _ flights: SharedFlights, on reactor: Reactor, _ fly: @escaping (FlightControl) async -> Void
    ) -> FlightPassenger? {
        let boarding = flights.board(key, stored: { nil }) { control in
            let task = reactor.spawn { await fly(control) }
            return { task.cancel() }
        }
        guard case .aboard(let passenger) = boarding else { return nil }
        return passenger
    }

    /// What many tasks on many threads saw.
    private final class Crowd: Sendable {
        static let threads = 8
        static let each = 1_000
        static let pieces = 10
        let flights = SharedFlights()
        let started = Atomic<Int>(0)
        let boarded = Atomic<Int>(0)
        let cancelled = Atomic<Int>(0)
        let whole = Atomic<Int>(0)
        let wrong = Mutex<[[Int]]>([])

        var isComplete: Bool { boarded.load(ordering: .relaxed) == Self.threads * Self.each }

        /// The upstream call: ends when all have boarded, so that there is one.
        func fly(_ control: FlightControl, on reactor: Reactor) async {
            started.add(1, ordering: .relaxed)
            control.began(FlightHead(status: 200))
            for piece in 0..<Self.pieces {
                try? await reactor.sleep(nanoseconds: 2_000_000)
                if Task.isCancelled { return }
                await control.send(SharedFlightsTests.batch(piece))
            }
            while !isComplete, !Task.isCancelled { try? await reactor.sleep(nanoseconds: 1_000_000) }
            control.ended(FlightEnd(.streamed, status: 200))
        }

        func ride(on reactor: Reactor) async {
            let passenger = SharedFlightsTests.board(flights, on: reactor) { [self] in await fly($0, on: reactor) }
            boarded.add(1, ordering: .relaxed)
            guard let passenger else { return }
            let numbers = await SharedFlightsTests.listen(passenger)
            passenger.leave()
            switch numbers {
            case nil: cancelled.add(1, ordering: .relaxed)
            case Array(0..<Self.pieces): whole.add(1, ordering: .relaxed)
            case let numbers?: wrong.withLock { $0.append(numbers) }
            }
        }

        /// A thread's part: a third of its passengers are cancelled at any time, and the first one always.
        func run(on reactor: Reactor, seed: UInt64) async {
            var random = SeededRandom(seed: seed)
            var tasks: [Task<Void, Never>] = []
            for number in 0..<Self.each {
                let task = reactor.spawn { [self] in await ride(on: reactor) }
                tasks.append(task)
                if number == 0 || random.chance(3) {
                    _ = reactor.schedule(at: reactor.now + random.next() % 60_000_000) { task.cancel() }
                }
            }
            for task in tasks { await task.value }
        }
    }

    /// Whoever leads is the first of its thread, so it is cancelled.
    @Test(.timeLimit(.minutes(2)))
    func `8,000 passengers on 8 threads each get every piece in order, whoever is cancelled`() async throws {
        let crowd = Crowd()
        let threads = try (0..<Crowd.threads).map { _ in try ReactorThread() }
        defer { for thread in threads { thread.stop() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, thread) in threads.enumerated() {
                group.addTask { try await thread.run { reactor in await crowd.run(on: reactor, seed: UInt64(index)) } }
            }
            try await group.waitForAll()
        }
        let (whole, cancelled) = (crowd.whole.load(ordering: .relaxed), crowd.cancelled.load(ordering: .relaxed))
        #expect(crowd.wrong.withLock { $0 }.isEmpty)
        #expect(whole + cancelled == Crowd.threads * Crowd.each)
        #expect(whole > 0 && cancelled > 0)
        #expect(crowd.started.load(ordering: .relaxed) == 1)
        #expect(crowd.flights.isEmpty, "\(crowd.flights.counts)")
    }

    @Test func `a passenger on another thread is woken, and a flight that nobody waits for is cancelled`() async throws {
        let flights = SharedFlights()
        try await withReactor { first in
            try await withReactor { second in
                let wasCancelled = Flag()
                let leader = try await first.run { reactor in
                    nonisolated(unsafe) let passenger = Self.board(flights, on: reactor) { control in
                        control.began(FlightHead(status: 200))
                        await control.send(Self.batch(0))
                        try? await reactor.sleep(nanoseconds: 3_600 * 1_000_000_000)
                        wasCancelled.value.store(Task.isCancelled, ordering: .relaxed)
                    }
                    return Box(passenger)
                }
                let heard = try await second.run { reactor in
                    let task = reactor.spawn {
                        guard let passenger = Self.board(flights, on: reactor, { _ in }) else { return }
                        #expect(!passenger.leads)
                        #expect(await Self.listen(passenger) == nil)
                        passenger.leave()
                    }
                    try await reactor.sleep(nanoseconds: 1_000_000)
                    task.cancel()
                    await task.value
                    return flights.counts.passengers
                }
                #expect(heard == 1)
                let account = try await first.run { reactor in
                    let account = leader.value?.leave()
                    while !wasCancelled.value.load(ordering: .relaxed) { try await reactor.sleep(nanoseconds: 100_000) }
                    return account
                }
                #expect(account?.chunks == 1)
                #expect(flights.isEmpty)
            }
        }
    }

    @Test func `what was stored meanwhile is found by who would lead, and nothing is asked`() {
        let flights = SharedFlights()
        let answer = CachedAnswer(
            key: Self.key, scope: "host", namespace: nil, operation: .chat, provider: "p", body: [], usage: Usage(),
            responseModel: nil, traceID: "t", storedAtMilliseconds: 1, expiresAtMilliseconds: 2)
        let boarding = flights.board(Self.key, stored: { answer }) { _ in
            Issue.record("it was asked")
            return {}
        }
        guard case .stored(let found) = boarding else { return #expect(Bool(false), "nothing was found") }
        #expect(found === answer)
        #expect(flights.isEmpty)
    }

    @Test func `a flight that ends without a word ends for its passengers`() async throws {
        let flights = SharedFlights()
        try await withReactor { thread in
            let code = try await thread.run { reactor in
                guard let passenger = Self.board(flights, on: reactor, { _ in }),
                    case .ended(let end, true) = try await passenger.next(), case .failed(let failure) = end.outcome
                else { return "nothing" }
                return failure.code.name
            }
            #expect(code == "internal_error")
        }
        #expect(flights.isEmpty)
    }

    private final class Flag: Sendable {
        let value = Atomic<Bool>(false)
    }

    /// Carries a passenger to and fro.
    // Sendable is sound: one reactor's thread uses it, and this test waits in between.
    private final class Box: @unchecked Sendable {
        let value: FlightPassenger?
        init(_ value: FlightPassenger?) { self.value = value }
    }
}
