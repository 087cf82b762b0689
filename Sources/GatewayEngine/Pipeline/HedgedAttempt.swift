// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Routing

/// A hedge: when a try has not answered in time a second one starts beside it; the first answer wins, the other is cancelled at
/// once. Both are in the report, and both are billed.
extension RoutedCall {
    func hedgedAttempt(_ id: TryID, _ target: Int, _ milliseconds: Int, _ sink: any ChunkSink) async -> RouteStep {
        let race = Race(self)
        let step = await withTaskGroup(of: Race.Event.self) { group in
            if let step = race.start(id, target, in: &group) { return step }
            race.startTimer(milliseconds, in: &group)
            var step: RouteStep?
            while step == nil, let event = await group.next() {
                switch event {
                case .due: step = race.startSecond(after: id, in: &group)
                case .ended(let id, let answer): step = race.judge(id, answer)
                }
            }
            group.cancelAll()
            return step ?? .pending
        }
        race.stopLosers()
        guard let (id, attempt) = race.stream else { return step }
        if race.isHeld {
            await relayHeld(id, attempt, sink)
            return step
        }
        return ended(id, attempt, await relay(attempt, sink))
    }
}

/// The tries that run side by side, each in a task of its own on the call's reactor.
private final class Race {
    enum Event: Sendable {
        case due
        case ended(TryID, Result<AttemptAnswer, GatewayFailure>)
    }
    typealias Group = TaskGroup<Event>

    private let call: RoutedCall
    private var running: [TryID: any Attempt] = [:]
    /// The stream that the caller gets, once there is one.
    private(set) var stream: (id: TryID, attempt: any Attempt)?
    private(set) var isHeld = false

    init(_ call: RoutedCall) { self.call = call }

    /// - Returns: what is next when it could not even start.
    func start(_ id: TryID, _ target: Int, in group: inout Group) -> RouteStep? {
        do throws(GatewayFailure) {
            // The task runs on this thread only, as its parent does.
            nonisolated(unsafe) let attempt = try call.attempt(id, at: target)
            running[id] = attempt
            group.addTask {
                do throws(GatewayFailure) { return .ended(id, .success(try await attempt.begin())) } catch {
                    return .ended(id, .failure(error))
                }
            }
            return nil
        } catch {
            return step(call.ended(id, nil, error))
        }
    }

    func startTimer(_ milliseconds: Int, in group: inout Group) {
        nonisolated(unsafe) let sleep = call.ports.timers.sleep
        group.addTask {
            try? await sleep(UInt64(milliseconds) * 1_000_000)
            return .due
        }
    }

    func startSecond(after id: TryID, in group: inout Group) -> RouteStep? {
        // A timer of a call that was cancelled comes early.
        guard !Task.isCancelled, running[id] != nil, let second = call.hedgeDue(id) else { return nil }
        return start(second.id, second.target, in: &group)
    }

    /// - Returns: what is next, or nil while the other try goes on.
    func judge(_ id: TryID, _ answer: Result<AttemptAnswer, GatewayFailure>) -> RouteStep? {
        guard let attempt = running.removeValue(forKey: id) else { return nil }
        switch answer {
        case .failure(let failure): return step(call.ended(id, attempt, failure))
        case .success(.whole(let response)): return step(call.ended(id, attempt, response))
        case .success(.stream):
            if case .send = call.mayStream(id, attempt) {
                stream = (id, attempt)
                return .pending
            }
            let next = call.held(id, attempt)
            if case .finish(id, _) = next {
                stream = (id, attempt)
                isHeld = true
            }
            return step(next)
        }
    }

    /// Those that were not needed.
    func stopLosers() {
        for (id, attempt) in running.sorted(by: { $0.key.number < $1.key.number }) {
            attempt.stop()
            call.note(id, attempt, "cancelled")
        }
        running = [:]
    }

    private func step(_ step: RouteStep) -> RouteStep? { step == .pending ? nil : step }
}
