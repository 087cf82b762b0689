// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayEngine
import GatewayModel
import SimulationKit
import TestSupport

/// Callers on several reactors, providers and a store, around the real flights.
// Sendable is sound: a simulation has one thread.
final class FlightWorld: @unchecked Sendable {
    let scenario: FlightScenario
    let loop: SimulatedLoop
    let flights = SharedFlights(limits: FlightScenario.limits)
    private(set) var checker = FlightChecker()
    private(set) var violation: String?
    private(set) var hash = StableHash()
    private(set) var trace: [String] = []
    private(set) var events = 0
    private(set) var running = 0
    private let keepsTrace: Bool
    private var random: SeededRandom
    private var started = 0
    private var cancelling: Set<Ask> = []
    /// By scope and prompt.
    private var store: [[Int]: (until: UInt64, flight: Int)] = [:]

    init(seed: UInt64, keepsTrace: Bool) {
        var random = SeededRandom(seed: seed)
        loop = SimulatedLoop(random: random.split())
        scenario = FlightScenario(random: &random)
        self.random = random
        self.keepsTrace = keepsTrace
    }

    func schedule() {
        for (number, caller) in scenario.callers.enumerated() {
            running += 1
            loop.schedule(at: caller.at) { [unowned self] in
                let task = loop.start { [unowned self] in
                    await run(caller, number)
                    running -= 1
                }
                if let after = caller.leavesAfter { loop.schedule(after: after) { task.cancel() } }
            }
        }
    }

    func fail(_ what: String) { if violation == nil { violation = what } }

    private func record(_ event: FlightEvent) {
        events += 1
        let words = event.words
        for word in [loop.now, words.0, words.1, words.2] { hash.combine(word) }
        if keepsTrace { trace.append("\(loop.now) ns  \(event)") }
        if violation == nil { violation = checker.observe(event, at: loop.now) }
    }

    private func sleep(_ nanoseconds: UInt64) async {
        if nanoseconds > 0 { try? await loop.sleep(nanoseconds: nanoseconds) }
    }

    // MARK: Callers

    private func run(_ caller: FlightScenario.Caller, _ number: Int) async {
        if caller.optsOut {
            checker.probe(.optedOut)
            return await sleep(1_000)
        }
        for _ in 0...caller.retries {
            if Task.isCancelled || stored(caller.ask) != nil { return }
            await sleep(caller.lookupTime)
            if Task.isCancelled { return }
            if await fly(caller, number) { return }
            await sleep(random.next() % 2_000)
        }
    }

    /// - Returns: whether it need not be tried again.
    private func fly(_ caller: FlightScenario.Caller, _ number: Int) async -> Bool {
        let boarding = flights.board(caller.ask.key, stored: { stored(caller.ask) }) { control in
            start(caller.ask, control, by: number, isFast: caller.readTime == 0)
        }
        switch boarding {
        case .stored(let answer):
            checker.probe(.foundAfterLead)
            record(.found(caller: number, caller.ask, flight: answer.storedAtMilliseconds))
            return true
        case .aboard(let passenger):
            record(.boarded(caller: number, caller.ask, leads: passenger.leads, isFast: caller.readTime == 0))
            do throws(GatewayFailure) { return try await listen(passenger, caller, number) } catch {
                record(.leaving(caller: number))
                record(.left(caller: number, bill: passenger.leave().map { $0.usage.outputTokens ?? 0 }))
                return true
            }
        }
    }

    private func listen(
        _ passenger: FlightPassenger, _ caller: FlightScenario.Caller, _ number: Int
    ) async throws(GatewayFailure) -> Bool {
        while true {
            switch try await passenger.next() {
            case .began: record(.began(caller: number))
            case .pieces(let pieces):
                var start = 0
                for end in pieces.batch.ends {
                    let chunk = pieces.batch.bytes[start..<end]
                    let words = chunk.prefix(4)
                    record(.got(caller: number, flight: word(words.prefix(2)), chunk: word(words.suffix(2))))
                    start = end
                }
                await sleep(caller.readTime)
            case .ended(let end, let accounts):
                let outcome: FlightOutcome =
                    switch end.outcome {
                    case .whole, .stored: .whole
                    case .streamed: .streamed
                    case .failed(let failure): failure.code == .overloaded ? .fellBehind : .failed
                    }
                record(.heardEnd(caller: number, outcome, bill: accounts ? end.usage.outputTokens ?? 0 : nil))
                return outcome != .failed
            }
        }
    }

    // MARK: Upstream calls

    /// Starts a flight's task, and returns what cancels it: from another reactor that takes a moment.
    private func start(_ ask: Ask, _ control: FlightControl, by caller: Int, isFast: Bool) -> @Sendable () -> Void {
        let flight = started
        started += 1
        running += 1
        if cancelling.contains(ask) { checker.probe(.startedWhileCancelling) }
        record(.started(flight: flight, ask, by: caller, isFast: isFast))
        let answer = scenario.answer(&random)
        let delay = scenario.faults.strikes(.lateCancel, &random) ? random.next() % 3_000 : 0
        let task = loop.start { [unowned self] in
            await bring(answer, flight, ask, control)
            running -= 1
        }
        return { [unowned self] in
            record(.cancelled(flight: flight))
            if delay == 0 { return task.cancel() }
            cancelling.insert(ask)
            loop.schedule(after: delay) { [unowned self] in
                cancelling.remove(ask)
                task.cancel()
            }
        }
    }

    private func bring(_ answer: FlightScenario.Answer, _ flight: Int, _ ask: Ask, _ control: FlightControl) async {
        if Task.isCancelled { return }
        control.sent()
        await sleep(answer.headTime)
        var usage = Usage(outputTokens: 0)
        if ask.stream, !answer.pieces.isEmpty {
            control.began(FlightHead(status: 200))
            for piece in answer.pieces {
                await sleep(piece.gap)
                if Task.isCancelled { return }
                let batch = batch(piece, flight, &usage)
                record(.arrived(flight: flight, chunks: piece.chunks, bytes: batch.bytes.count, gap: piece.gap))
                await control.send(batch)
                record(.kept(flights.counts.bytes))
            }
        }
        if Task.isCancelled { return }
        if !answer.fails {
            let until = loop.now + answer.life
            if !control.isOver {
                store[[ask.scope, ask.prompt]] = (until, flight)
                record(.stored(flight: flight, until: until))
            }
            await sleep(answer.storageTime)
        }
        if Task.isCancelled || control.isOver { return }
        record(.ended(flight: flight, fails: answer.fails))
        control.ended(end(answer, ask, usage))
    }

    private func end(_ answer: FlightScenario.Answer, _ ask: Ask, _ usage: Usage) -> FlightEnd {
        if answer.fails { return FlightEnd(.failed(GatewayFailure(.upstreamError, "drawn")), status: 500, usage: usage) }
        return FlightEnd(ask.stream ? .streamed : .whole(UnifiedResponse(body: [])), status: 200, usage: usage)
    }

    /// Each chunk says whose it is and the how-manieth; what was served is what is billed.
    private func batch(_ piece: FlightScenario.Piece, _ flight: Int, _ usage: inout Usage) -> ChunkBatch {
        var batch = ChunkBatch()
        for _ in 0..<piece.chunks {
            let chunk = usage.outputTokens ?? 0
            for number in [flight, chunk] { batch.bytes += [UInt8(truncatingIfNeeded: number >> 8), UInt8(number & 0xFF)] }
            batch.bytes += [UInt8](repeating: 0, count: piece.bytes / piece.chunks)
            batch.endChunk()
            usage.outputTokens = chunk + 1
        }
        batch.usage = usage
        return batch
    }

    private func word(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    private func stored(_ ask: Ask) -> CachedAnswer? {
        guard let answer = store[[ask.scope, ask.prompt]], answer.until > loop.now else { return nil }
        return CachedAnswer(
            key: ask.key, scope: "", namespace: nil, operation: .chat, provider: "p", body: [], usage: Usage(),
            responseModel: nil, traceID: "", storedAtMilliseconds: answer.flight, expiresAtMilliseconds: 0)
    }
}
