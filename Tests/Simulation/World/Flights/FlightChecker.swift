// SPDX-License-Identifier: Apache-2.0
import Caching

/// What must hold, by an idea of flights of its own: it never asks the table.
struct FlightChecker {
    struct Flight {
        let ask: Ask
        var aboard: Set<Int>
        /// Those of them that take every piece at once, and since which piece at least.
        var fast: [Int: Int] = [:]
        var arrivals: [UInt64] = []
        /// After each piece, how many chunks and bytes there were.
        var chunks = [0]
        var bytes = 0
        var fails: Bool?
        var isCancelled = false
        var mustCancel = false
        var bills = 0
        var total: Int { chunks[chunks.count - 1] }
    }
    struct Seat {
        let flight: Int
        let isFast: Bool
        let boardedAt: UInt64
        var hasHead = false
        var got = 0
    }

    private(set) var flights: [Flight] = []
    private(set) var probes: Set<FlightProbe> = []
    private var seats: [Int: Seat] = [:]
    /// The last one that was started for a request and is neither over nor cancelled.
    private var open: [Ask: Int] = [:]
    private var stored: [[Int]: (until: UInt64, flight: Int)] = [:]
    private var leaving: [Int: Seat] = [:]
    private var failedOnce: Set<Int> = []

    mutating func probe(_ probe: FlightProbe) { probes.insert(probe) }

    /// - Returns: the promise that was broken, or nil.
    mutating func observe(_ event: FlightEvent, at now: UInt64) -> String? {
        switch event {
        case .started(let flight, let ask, let caller, let isFast): return started(flight, ask, caller, isFast, now)
        case .boarded(let caller, let ask, let leads, let isFast): return boarded(caller, ask, leads, isFast, now)
        case .found(let caller, let ask, let flight):
            let asked = flights[flight].ask
            if (asked.scope, asked.prompt) != (ask.scope, ask.prompt) { return "caller \(caller) found another one's answer" }
        case .arrived(let flight, let chunks, let bytes, let gap): return arrived(flight, chunks, bytes, gap, now)
        case .stored(let flight, let until):
            stored[[flights[flight].ask.scope, flights[flight].ask.prompt]] = (until, flight)
        case .ended(let flight, let fails):
            flights[flight].fails = fails
            close(flight)
        case .cancelled(let flight):
            if !flights[flight].mustCancel { return "flight \(flight) was cancelled with \(flights[flight].aboard) aboard" }
            if flights[flight].isCancelled { return "flight \(flight) was cancelled twice" }
            flights[flight].isCancelled = true
            flights[flight].mustCancel = false
        case .began(let caller):
            guard let seat = seats[caller] else { return "caller \(caller) hears something and is not aboard" }
            if seat.hasHead || seat.got > 0 { return "caller \(caller) hears of the beginning late or twice" }
            seats[caller]?.hasHead = true
        case .got(let caller, let flight, let chunk): return got(caller, flight, chunk, now)
        case .heardEnd(let caller, let outcome, let bill): return heardEnd(caller, outcome, bill)
        case .leaving(let caller): return leaves(caller)
        case .left(let caller, let bill): return left(caller, bill)
        case .kept(let bytes):
            let most = FlightScenario.limits.behind + 2 * FlightScenario.largestPiece
            let unread = Set(seats.values.map(\.flight)).count
            if bytes > unread * 2 * most { return "\(bytes) bytes are kept for \(unread) flights" }
        }
        return nil
    }

    func atTheEnd() -> String? {
        if !seats.isEmpty { return "callers \(seats.keys.sorted()) never heard the end" }
        guard let number = flights.firstIndex(where: { $0.bills != 1 }) else { return nil }
        return "flight \(number) has \(flights[number].bills) bills"
    }

    // MARK: Boarding

    private mutating func started(_ number: Int, _ ask: Ask, _ caller: Int, _ isFast: Bool, _ now: UInt64) -> String? {
        if let other = open[ask] {
            if flights[other].bytes + 300 * flights[other].total <= FlightScenario.limits.history {
                return "flight \(number) was started beside \(other)"
            }
            probe(.historyFull)
        }
        if let answer = stored[[ask.scope, ask.prompt]], answer.until > now {
            return "flight \(number) was started though the answer of \(answer.flight) is stored"
        }
        if open.keys.contains(where: { $0.scope != ask.scope && $0.prompt == ask.prompt }) { probe(.otherScopeBeside) }
        if failedOnce.contains(caller) { probe(.boardedAgain) }
        flights.append(Flight(ask: ask, aboard: [caller]))
        open[ask] = number
        seats[caller] = Seat(flight: number, isFast: isFast, boardedAt: now)
        if isFast { flights[number].fast[caller] = 0 }
        return nil
    }

    private mutating func boarded(_ caller: Int, _ ask: Ask, _ leads: Bool, _ isFast: Bool, _ now: UInt64) -> String? {
        if leads { return seats[caller] == nil ? "caller \(caller) leads and started nothing" : nil }
        if seats[caller] != nil { return "caller \(caller) started a flight and follows" }
        guard let number = open[ask] else { return "caller \(caller) follows, and there is no flight" }
        if flights[number].bytes > FlightScenario.limits.history { return "flight \(number) took caller \(caller) too late" }
        probe(flights[number].total > 0 ? .joinedInStream : .joinedBeforeHead)
        flights[number].aboard.insert(caller)
        if isFast { flights[number].fast[caller] = flights[number].arrivals.count }
        seats[caller] = Seat(flight: number, isFast: isFast, boardedAt: now)
        return nil
    }

    private mutating func close(_ number: Int) {
        if open[flights[number].ask] == number { open[flights[number].ask] = nil }
    }

    // MARK: What comes

    private mutating func arrived(_ number: Int, _ chunks: Int, _ bytes: Int, _ gap: UInt64, _ now: UInt64) -> String? {
        if flights[number].isCancelled { return nil }
        let count = flights[number].arrivals.count
        if let last = flights[number].arrivals.last, now != last + gap {
            // Somebody who was there when the last piece came, and takes all at once, must not be kept waiting by others.
            if let fast = flights[number].fast.first(where: { $0.value < count }) {
                return "flight \(number) was held up though caller \(fast.key) keeps up"
            }
            probe(.pilotHeld)
        }
        flights[number].arrivals.append(now)
        flights[number].chunks.append(flights[number].total + chunks)
        flights[number].bytes += bytes
        return nil
    }

    private mutating func got(_ caller: Int, _ number: Int, _ chunk: Int, _ now: UInt64) -> String? {
        guard let seat = seats[caller] else { return "caller \(caller) gets something and is not aboard" }
        if seat.flight != number { return "caller \(caller) gets a piece of flight \(number), not of \(seat.flight)" }
        if !seat.hasHead { return "caller \(caller) gets a piece before the beginning" }
        if chunk != seat.got { return "caller \(caller) gets chunk \(chunk) after \(seat.got)" }
        let flight = flights[number]
        guard let piece = flight.chunks.firstIndex(where: { $0 > chunk }) else { return "chunk \(chunk) never came" }
        if seat.isFast, now != max(seat.boardedAt, flight.arrivals[piece - 1]) {
            return "caller \(caller) was kept waiting for chunk \(chunk)"
        }
        seats[caller]?.got += 1
        return nil
    }

    // MARK: Ends

    private mutating func heardEnd(_ caller: Int, _ outcome: FlightOutcome, _ bill: Int?) -> String? {
        guard let seat = seats.removeValue(forKey: caller) else { return "caller \(caller) hears an end and is not aboard" }
        let flight = flights[seat.flight]
        flights[seat.flight].aboard.remove(caller)
        flights[seat.flight].fast[caller] = nil
        if outcome == .fellBehind {
            probe(.fellBehind)
            if seat.isFast { return "caller \(caller) keeps up and was given up" }
            return flight.bytes + 300 * flight.total > FlightScenario.limits.behind ? nil : "caller \(caller) was given up early"
        }
        guard let fails = flight.fails else { return "caller \(caller) hears the end of flight \(seat.flight), which goes on" }
        if seat.got != flight.total { return "caller \(caller) got \(seat.got) of \(flight.total) chunks" }
        if fails != (outcome == .failed) || !fails && flight.ask.stream != (outcome == .streamed) {
            return "caller \(caller) hears of another end: \(outcome)"
        }
        if fails {
            failedOnce.insert(caller)
            if !flights[seat.flight].aboard.isEmpty { probe(.errorShared) }
        }
        return billed(seat.flight, bill)
    }

    private mutating func leaves(_ caller: Int) -> String? {
        guard let seat = seats.removeValue(forKey: caller) else { return "caller \(caller) leaves and is not aboard" }
        leaving[caller] = seat
        flights[seat.flight].aboard.remove(caller)
        flights[seat.flight].fast[caller] = nil
        if flights[seat.flight].fails != nil {
            probe(.leftAfterEnd)
        } else if flights[seat.flight].aboard.isEmpty {
            probe(.abandoned)
            flights[seat.flight].mustCancel = true
            close(seat.flight)
        } else {
            probe(.leaderLeft)
        }
        return nil
    }

    private mutating func left(_ caller: Int, _ bill: Int?) -> String? {
        guard let seat = leaving.removeValue(forKey: caller) else { return "caller \(caller) left twice" }
        if flights[seat.flight].mustCancel { return "flight \(seat.flight) goes on with nobody aboard" }
        if bill != nil, flights[seat.flight].fails != nil { probe(.accountPassedOn) }
        return billed(seat.flight, bill)
    }

    private mutating func billed(_ number: Int, _ bill: Int?) -> String? {
        guard let bill else { return nil }
        flights[number].bills += 1
        let served = flights[number].total
        return bill == served ? nil : "flight \(number) is billed \(bill) and served \(served)"
    }
}
