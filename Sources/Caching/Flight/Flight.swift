// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// One upstream call and who waits for it.
///
/// It is boarding while nothing has ended and its history is whole; then flying, when it takes nobody any more and forgets what
/// everybody has; then ended, when each of those who are left takes the rest and the end, in its own time.
struct Flight {
    private struct Seat {
        let number: Int
        var hasHead = false
        /// The number of the next piece it is to get.
        var next = 0
        /// What it got, as `FlightPieces.cost` counts.
        var read = 0
        var isWaiting = false
    }

    let key: CacheKey
    private let limits: FlightLimits
    /// In the order in which they boarded.
    private var seats: [Seat] = []
    private var lastSeat = 0
    private var wasSent = false
    private var reservation: Int?
    private var head: FlightHead?
    private var end: FlightEnd?
    /// Who accounts for it, once it has ended.
    private var accountant: Int?
    /// What came, from piece number `forgotten` on.
    private var pieces: [FlightPieces] = []
    private var forgotten = 0
    private var arrivedCost = 0
    private var forgottenCost = 0
    /// What the fastest passenger has got.
    private var furthest = 0
    private var chunks = 0
    private var isPilotWaiting = false

    init(_ key: CacheKey, _ limits: FlightLimits) {
        self.key = key
        self.limits = limits
    }

    var isEmpty: Bool { seats.isEmpty }
    var passengers: Int { seats.count }
    var hasEnded: Bool { end != nil }
    var isBoarding: Bool { end == nil && arrivedCost <= limits.history }
    var keptCost: Int { arrivedCost - forgottenCost }

    mutating func board() -> Int {
        lastSeat += 1
        seats.append(Seat(number: lastSeat))
        return lastSeat
    }

    // MARK: What comes from the provider

    mutating func sent(reservation: Int?) {
        wasSent = true
        self.reservation = reservation
    }

    mutating func began(_ head: FlightHead, _ wake: (Int) -> Void) {
        self.head = head
        wakeAll(wake)
    }

    mutating func arrived(_ new: FlightPieces, _ wake: (Int) -> Void) {
        dropThoseBehind()
        pieces.append(new)
        arrivedCost += new.cost
        chunks += new.batch.count
        forgetWhatAllHave()
        wakeAll(wake)
    }

    mutating func ended(_ end: FlightEnd, _ wake: (Int) -> Void) {
        self.end = end
        if case .stored = end.outcome {} else { accountant = seats.first?.number }
        wakeAll(wake)
    }

    /// Whether the provider may be read from; if not, `next` says when.
    mutating func mayGoOn() -> Bool {
        isPilotWaiting = arrivedCost - furthest > limits.ahead
        return !isPilotWaiting
    }

    private mutating func wakeAll(_ wake: (Int) -> Void) {
        for index in seats.indices where seats[index].isWaiting {
            seats[index].isWaiting = false
            wake(seats[index].number)
        }
    }

    /// None of them waits for news, and the fastest is never among them: the flight is not that far ahead of it.
    private mutating func dropThoseBehind() {
        if arrivedCost <= limits.behind { return }
        seats.removeAll { arrivedCost - $0.read > limits.behind }
    }

    private mutating func forgetWhatAllHave() {
        if isBoarding { return }
        var (first, cost) = (forgotten + pieces.count, arrivedCost)
        furthest = 0
        for seat in seats {
            if seat.read < cost { (first, cost) = (seat.next, seat.read) }
            furthest = max(furthest, seat.read)
        }
        // Not for each piece: moving the rest up costs as much as there is of it.
        if 2 * (cost - forgottenCost) < keptCost { return }
        pieces.removeFirst(first - forgotten)
        (forgotten, forgottenCost) = (first, cost)
    }

    // MARK: What passengers do

    /// - Returns: nil when there is none yet: the passenger is woken when there is.
    mutating func next(_ number: Int) -> FlightNews? {
        guard let index = index(of: number) else { return .ended(.seatLost, accounts: false) }
        if let head, !seats[index].hasHead {
            seats[index].hasHead = true
            return .began(head)
        }
        let place = seats[index].next - forgotten
        if place < pieces.count {
            let piece = pieces[place]
            seats[index].next += 1
            seats[index].read += piece.cost
            furthest = max(furthest, seats[index].read)
            return .pieces(piece)
        }
        if let end {
            seats.remove(at: index)
            return .ended(end, accounts: number == accountant)
        }
        seats[index].isWaiting = true
        return nil
    }

    func isWaiting(_ number: Int) -> Bool { index(of: number).map { seats[$0].isWaiting } ?? false }

    /// Whether the provider is not read from because of the passengers, and may be now. True once.
    mutating func takePilotsTurn() -> Bool {
        guard isPilotWaiting, arrivedCost - furthest <= limits.ahead else { return false }
        isPilotWaiting = false
        return true
    }

    mutating func leave(_ number: Int) -> FlightDeparture {
        guard let index = index(of: number) else { return FlightDeparture() }
        seats.remove(at: index)
        if let end { return FlightDeparture(account: number == accountant ? end : nil) }
        return seats.isEmpty ? FlightDeparture(account: abandoned, isAbandoned: true) : FlightDeparture()
    }

    /// What is known of it when the last one leaves.
    private var abandoned: FlightEnd {
        FlightEnd(
            .failed(.callCancelled), wasSent: wasSent, status: head?.status ?? 0, latencyNanoseconds: head?.latencyNanoseconds,
            usage: pieces.last?.batch.usage ?? Usage(), reservation: reservation, unreported: pieces.last?.batch.measure,
            responseModel: pieces.last?.batch.model ?? head?.responseModel, chunks: chunks)
    }

    /// Seats are in order.
    private func index(of number: Int) -> Int? {
        var (low, high) = (0, seats.count)
        while low < high {
            let middle = (low + high) / 2
            if seats[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < seats.count && seats[low].number == number ? low : nil
    }
}
