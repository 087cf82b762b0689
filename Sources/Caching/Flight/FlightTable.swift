// SPDX-License-Identifier: Apache-2.0
/// All flights: one upstream call for identical requests that are under way. No clock, no task: what happens is told, and what is
/// to be done comes back.
///
/// A flight is found by its key until it has ended, nobody is left, or it carries more than late passengers can be given. Whoever
/// flies it keeps a good answer *before* it tells `ended`, and who leads a flight looks for a kept answer *after* `join` and
/// before it asks anybody: so there is no instant at which an identical request finds neither.
package struct FlightTable: Sendable {
    private var flights: [FlightID: Flight] = [:]
    private var boarding: [CacheKey: FlightID] = [:]
    private var lastNumber: UInt64 = 0
    private let limits: FlightLimits

    package init(limits: FlightLimits = FlightLimits()) { self.limits = limits }

    /// Takes a request aboard the flight of its key.
    /// - Returns: whether there was none: then the request is to start it.
    package mutating func join(_ key: CacheKey) -> (passenger: PassengerID, leads: Bool) {
        if let id = boarding[key], flights[id]?.isBoarding == true, let seat = flights[id]?.board() {
            return (PassengerID(flight: id, seat: seat), false)
        }
        lastNumber += 1
        let id = FlightID(number: lastNumber)
        var flight = Flight(key, limits)
        let seat = flight.board()
        flights[id] = flight
        boarding[key] = id
        return (PassengerID(flight: id, seat: seat), true)
    }

    // MARK: Told by who flies it; a flight that nobody waits for any more hears nothing

    /// The provider may hear of it from now on.
    /// - Returns: false for a flight that is over.
    @discardableResult
    package mutating func sent(_ id: FlightID, reservation: Int? = nil) -> Bool {
        if flights[id]?.hasEnded ?? true { return false }
        flights[id]?.sent(reservation: reservation)
        return true
    }

    /// A stream has begun.
    /// - Parameter wake: those who have news now are appended.
    package mutating func began(_ id: FlightID, _ head: FlightHead, wake: inout [PassengerID]) {
        flights[id]?.began(head) { wake.append(PassengerID(flight: id, seat: $0)) }
    }

    /// More of the stream has come.
    package mutating func arrived(_ id: FlightID, _ pieces: FlightPieces, wake: inout [PassengerID]) {
        flights[id]?.arrived(pieces) { wake.append(PassengerID(flight: id, seat: $0)) }
    }

    /// Whether the provider may be read from. If not, a `next` will say `wakesPilot`.
    package mutating func mayGoOn(_ id: FlightID) -> Bool { flights[id]?.mayGoOn() ?? true }

    /// The flight is over; the next request with its key begins another one. What is worth keeping has been kept before.
    package mutating func ended(_ id: FlightID, _ end: FlightEnd, wake: inout [PassengerID]) {
        guard let flight = flights[id], !flight.hasEnded else { return }
        flights[id]?.ended(end) { wake.append(PassengerID(flight: id, seat: $0)) }
        stopBoarding(id, flight.key)
    }

    // MARK: Told by passengers

    /// - Returns: the next news in order, or nil when there is none: then the passenger is woken. After `ended` there is none.
    ///   `wakesPilot`: who flies waits, and may go on.
    package mutating func next(_ passenger: PassengerID) -> (news: FlightNews?, wakesPilot: Bool) {
        let id = passenger.flight
        // It may have gone while a passenger that lost its seat was still to hear of it.
        guard flights[id] != nil else { return (.ended(.seatLost, accounts: false), false) }
        guard let news = flights[id]?.next(passenger.seat) else { return (nil, false) }
        let wakesPilot = flights[id]?.takePilotsTurn() ?? false
        removeIfDone(id)
        return (news, wakesPilot)
    }

    /// Whether `next` had nothing for it, and nothing has come since.
    package func isWaiting(_ passenger: PassengerID) -> Bool { flights[passenger.flight]?.isWaiting(passenger.seat) ?? false }

    /// A passenger goes, whatever there is still to hear. Nobody else notices, unless it was the last.
    package mutating func leave(_ passenger: PassengerID) -> FlightDeparture {
        let id = passenger.flight
        guard let departure = flights[id]?.leave(passenger.seat) else { return FlightDeparture() }
        if departure.isAbandoned, let key = flights[id]?.key { stopBoarding(id, key) }
        removeIfDone(id)
        return departure
    }

    private mutating func stopBoarding(_ id: FlightID, _ key: CacheKey) {
        if boarding[key] == id { boarding[key] = nil }
    }

    private mutating func removeIfDone(_ id: FlightID) {
        if flights[id]?.isEmpty == true { flights[id] = nil }
    }

    // MARK: What there is

    /// Whether somebody waits for what it is to bring.
    package func isFlying(_ id: FlightID) -> Bool { flights[id]?.hasEnded == false }

    package var isEmpty: Bool { flights.isEmpty && boarding.isEmpty }

    /// Flights that have not ended, all passengers, and the bytes kept for them.
    package var counts: (flights: Int, passengers: Int, bytes: Int) {
        flights.values.reduce(into: (0, 0, 0)) { counts, flight in
            counts.0 += flight.hasEnded ? 0 : 1
            counts.1 += flight.passengers
            counts.2 += flight.keptCost
        }
    }
}
