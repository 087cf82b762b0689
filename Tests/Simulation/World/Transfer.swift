// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import SimulationKit

/// One exchange with a simulated provider, driven by the loop's events.
final class Transfer {
    /// So many unread bytes pause it.
    private static let window = 600

    let id: Int
    private unowned let world: World
    private let asked: AskedWait?
    private var steps: ArraySlice<ScriptStep>
    private(set) var head: HTTPHead?
    private var buffer: [UInt8] = []
    private var bufferedUsage = (input: 0, output: 0)
    /// How it is over; the gateway learns of it when it has read what came before.
    private var ending: TryOutcome?
    /// The connection was kept to the end, whatever the body was worth.
    private var endedWell = false
    /// The gateway knows that it is over.
    private(set) var isSettled = false
    private var wake: (() -> Void)?
    private var next: ScheduledEvent?
    private var deadlines: [ScheduledEvent] = []
    private var isPaused = false
    /// An error of the provider is among the unread bytes, or has been read.
    private var hasError = false
    private var isStream: Bool { head?.value("content-type") == "text/event-stream" }

    init(id: Int, world: World, steps: [ScriptStep], asked: AskedWait?, timeouts: UpstreamTimeouts) {
        self.id = id
        self.world = world
        self.asked = asked
        self.steps = steps[...]
        for limit in [timeouts.totalMilliseconds, timeouts.firstByteMilliseconds] where limit > 0 {
            let isTotal = limit == timeouts.totalMilliseconds
            deadlines.append(
                world.loop.schedule(after: UInt64(limit) * 1_000_000) { [unowned self] in
                    if isTotal || head == nil { end(.timedOut) }
                })
        }
        advance()
    }

    /// Waits for the head.
    func awaitHead() async throws(GatewayFailure) -> HTTPHead {
        while head == nil, ending == nil { try await park() }
        if let head {
            world.record(.tryAnswered(try: id, status: head.status, wait: askedMilliseconds))
            return head
        }
        throw settle()
    }

    func read(into bytes: inout [UInt8]) async throws(GatewayFailure) -> Bool {
        while buffer.isEmpty, ending == nil { try await park() }
        bytes.removeAll(keepingCapacity: true)
        if isSettled { throw .callCancelled }
        if !buffer.isEmpty {
            swap(&bytes, &buffer)
            if isStream { recordUsage() }
            if isPaused {
                isPaused = false
                advance()
            }
            return true
        }
        if endedWell {
            recordUsage()
            _ = settle()
            return false
        }
        throw settle()
    }

    /// The gateway takes it off.
    func cancel() {
        if isSettled { return }
        // Who has read of an error leaves because of it.
        ending = hasError && buffer.isEmpty ? .spoiled : .cancelled
        endedWell = false
        stop()
        buffer = []
        _ = settle()
        wake?()
    }

    private func recordUsage() {
        if bufferedUsage == (0, 0) { return }
        world.record(.served(try: id, input: bufferedUsage.input, output: bufferedUsage.output))
        bufferedUsage = (0, 0)
    }

    // MARK: The wire

    private func advance() {
        while let step = steps.popFirst() {
            switch step {
            case .wait(let nanoseconds):
                next = world.loop.schedule(after: nanoseconds) { [unowned self] in advance() }
                return
            case .head(let head):
                self.head = head
            case .error(let bytes):
                buffer += bytes
                hasError = true
            case .bytes(let bytes, let input, let output):
                buffer += bytes
                bufferedUsage.input += input
                bufferedUsage.output += output
                if buffer.count > Self.window {
                    isPaused = true
                    world.readerPaused()
                    wake?()
                    return
                }
            case .end(let outcome, let input, let output):
                bufferedUsage.input += input
                bufferedUsage.output += output
                endedWell = true
                return end(outcome)
            case .reset: return end(.broken)
            case .hang: return
            }
            wake?()
        }
    }

    private func end(_ outcome: TryOutcome) {
        if ending != nil { return }
        ending = outcome
        // A time limit takes the transfer off with what it has not read.
        if outcome == .timedOut { buffer = [] }
        stop()
        wake?()
    }

    private func stop() {
        next?.cancel()
        for deadline in deadlines { deadline.cancel() }
        steps = []
    }

    // MARK: The gateway's side

    private var askedMilliseconds: Int? {
        switch asked {
        case nil: nil
        case .milliseconds(let count): count
        case .until(let second): world.hasTrueClock ? second * 1000 - Int(world.loop.now / 1_000_000) - 1 : nil
        }
    }

    private func park() async throws(GatewayFailure) {
        await world.loop.park { wake in
            self.wake = wake
            return { isCancelled in
                self.wake = nil
                if isCancelled { self.cancel() }
            }
        }
        if Task.isCancelled {
            cancel()
            throw .callCancelled
        }
    }

    /// The gateway learns how it ended.
    private func settle() -> GatewayFailure {
        let outcome = ending ?? .cancelled
        if !isSettled {
            isSettled = true
            world.settled(self, outcome)
        }
        return switch outcome {
        case .complete, .spoiled, .broken: GatewayFailure(.upstreamUnreachable, "The simulated provider broke the connection.")
        case .timedOut: GatewayFailure(.upstreamTimeout, "The simulated provider took longer than the call's time limit.")
        case .cancelled: .callCancelled
        }
    }
}
