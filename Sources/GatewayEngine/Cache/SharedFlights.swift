// SPDX-License-Identifier: Apache-2.0
package import Caching
import Synchronization

/// The flights of all reactors: one lock, held for a step of `FlightTable` and never across an `await`. Nobody is woken under it.
package final class SharedFlights: Sendable {
    struct State {
        var table: FlightTable
        /// Passengers that wait for news, and pilots that wait for passengers.
        var parked: [PassengerID: Waiter] = [:]
        var pilots: [FlightID: Waiter] = [:]
        /// How the upstream call of a flight is cancelled.
        var cancels: [FlightID: @Sendable () -> Void] = [:]
    }
    let state: Mutex<State>

    package init(limits: FlightLimits = FlightLimits()) {
        state = Mutex(State(table: FlightTable(limits: limits)))
    }

    /// What became of a request that wants to board.
    package enum Boarding {
        /// Between its look at the cache and now the answer was stored.
        case stored(CachedAnswer)
        case aboard(FlightPassenger)
    }

    /// Takes a request aboard the flight of its key, and starts the flight if there is none.
    /// - Parameters:
    ///   - key: see `CacheKey.flight`.
    ///   - stored: looks into the cache once more. It must see what was stored before a flight's `ended` was told.
    ///   - start: starts the upstream call in a task of its own, by `GatewayTimers.spawn`, and returns what cancels that task,
    ///     from any thread.
    package func board(
        _ key: CacheKey, stored: () -> CachedAnswer?, start: (FlightControl) -> @Sendable () -> Void
    ) -> Boarding {
        let (passenger, leads) = state.withLock { $0.table.join(key) }
        let aboard = FlightPassenger(passenger, self, leads: leads)
        if !leads { return .aboard(aboard) }
        let control = FlightControl(passenger.flight, self)
        if let answer = stored() {
            let end = FlightEnd(.stored(answer, cosine: nil), wasSent: false, responseModel: answer.responseModel)
            control.ended(end)
            _ = aboard.leave()
            return .stored(answer)
        }
        let cancel = start(control)
        // The leader is aboard still, so nobody has wanted to cancel it before now; it may have ended.
        state.withLock { if $0.table.isFlying(passenger.flight) { $0.cancels[passenger.flight] = cancel } }
        return .aboard(aboard)
    }

    /// Flights that have not ended, all passengers, and the bytes kept for them.
    package var counts: (flights: Int, passengers: Int, bytes: Int) { state.withLock { $0.table.counts } }

    /// Whether nothing is left of any flight: no seat, no waiter, no cancellation.
    package var isEmpty: Bool {
        state.withLock { $0.table.isEmpty && $0.parked.isEmpty && $0.pilots.isEmpty && $0.cancels.isEmpty }
    }

    /// Changes the table and wakes those who have news, after the lock was left.
    func change(_ body: (inout State, inout [PassengerID]) -> Void) {
        let woken = state.withLock { state in
            var wake: [PassengerID] = []
            body(&state, &wake)
            return wake.compactMap { state.parked.removeValue(forKey: $0) }
        }
        for continuation in woken { continuation.resume() }
    }
}

/// A task that is suspended until somebody has news for it.
typealias Waiter = UnsafeContinuation<Void, Never>
