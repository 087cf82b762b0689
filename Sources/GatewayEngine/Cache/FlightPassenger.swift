// SPDX-License-Identifier: Apache-2.0
package import Caching
package import GatewayModel
import Synchronization

/// A request's seat in a flight. Confined to the task of its call; leaves with its last reference at the latest.
package final class FlightPassenger {
    /// Whether it started the flight.
    package let leads: Bool
    private let id: PassengerID
    private let shared: SharedFlights
    private var isAboard = true

    init(_ id: PassengerID, _ shared: SharedFlights, leads: Bool) {
        self.id = id
        self.shared = shared
        self.leads = leads
    }

    deinit { leave() }

    /// Waits for what is new; see `FlightNews`. Not to be called again after `ended`.
    /// - Throws: `cancelled` as soon as the calling task is cancelled. It is still aboard then: `leave` says what it owes.
    package func next() async throws(GatewayFailure) -> FlightNews {
        while true {
            if Task.isCancelled { throw .callCancelled }
            if let news = take() {
                if case .ended = news { isAboard = false }
                return news
            }
            await park()
        }
    }

    /// Goes, and the flight goes on for the others; the last one to go ends it.
    /// - Returns: what it accounts for, as `FlightNews.ended` would have said, or nil.
    @discardableResult
    package func leave() -> FlightEnd? {
        if !isAboard { return nil }
        isAboard = false
        let (id, flight) = (id, id.flight)
        let (departure, cancel, pilot) = shared.state.withLock { state in
            let departure = state.table.leave(id)
            guard departure.isAbandoned else { return (departure, nil as (@Sendable () -> Void)?, nil as Waiter?) }
            return (departure, state.cancels.removeValue(forKey: flight), state.pilots.removeValue(forKey: flight))
        }
        cancel?()
        pilot?.resume()
        return departure.account
    }

    private func take() -> FlightNews? {
        let id = id
        let (news, pilot) = shared.state.withLock { state in
            let (news, wakesPilot) = state.table.next(id)
            return (news, wakesPilot ? state.pilots.removeValue(forKey: id.flight) : nil)
        }
        pilot?.resume()
        return news
    }

    /// Suspends until there may be news, or the task is cancelled. What came since `take` is not slept through: the flight
    /// counts it as waiting from there on, and has woken it if it is not any more.
    private func park() async {
        let (id, shared) = (id, shared)
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: Waiter) in
                let isParked = shared.state.withLock { state in
                    // Who cancels does so before the handler runs, and the handler waits for this lock.
                    guard !Task.isCancelled, state.table.isWaiting(id) else { return false }
                    state.parked[id] = continuation
                    return true
                }
                if !isParked { continuation.resume() }
            }
        } onCancel: {
            shared.state.withLock { $0.parked.removeValue(forKey: id) }?.resume()
        }
    }
}
