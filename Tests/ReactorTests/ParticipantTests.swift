// SPDX-License-Identifier: Apache-2.0
import Reactor
import ReactorTestSupport
import Testing

@Suite struct ParticipantTests {
    @Test func `what a participant makes ready runs before the last ones flush`() async throws {
        try await withReactor { thread in
            let events = try await thread.run { reactor in
                let log = Log()
                var waiter: UnsafeContinuation<Void, Never>?
                let worker = Participant()
                let flusher = Participant()
                reactor.join(flusher, last: true)
                reactor.join(worker)
                worker.body = {
                    worker.body = nil
                    log.names.append("worker")
                    waiter?.resume()
                }
                flusher.body = {
                    flusher.body = nil
                    log.names.append("flusher")
                }
                await withUnsafeContinuation { waiter = $0 }
                log.names.append("task")
                await reactor.nextTurn()
                reactor.leave(worker)
                reactor.leave(flusher)
                let calls = worker.calls + flusher.calls
                await reactor.nextTurn()
                return log.names + ["\(worker.calls + flusher.calls - calls)"]
            }
            #expect(events == ["worker", "task", "flusher", "0"])
        }
    }

    @Test func `the loop wakes for a participant's deadline`() async throws {
        try await withReactor { thread in
            try await thread.run { reactor in
                let participant = Participant()
                reactor.join(participant)
                await withUnsafeContinuation { continuation in
                    let due = reactor.now + 2_000_000
                    participant.nextDeadline = due
                    participant.body = {
                        if reactor.now < due { return }
                        participant.body = nil
                        participant.nextDeadline = nil
                        continuation.resume()
                    }
                }
                reactor.leave(participant)
            }
        }
    }

    @Test func `a deadline beyond all clocks is waited for, not computed into a trap`() async throws {
        try await withManualClock { thread, _ in
            try await thread.run { reactor in
                let participant = Participant()
                participant.nextDeadline = .max - 1
                reactor.join(participant)
                await reactor.nextTurn()
                reactor.leave(participant)
            }
        }
    }
}

private final class Participant: TurnParticipant {
    var nextDeadline: UInt64?
    var body: (() -> Void)?
    private(set) var calls = 0
    func endOfTurn(now: UInt64) {
        calls += 1
        body?()
    }
}
