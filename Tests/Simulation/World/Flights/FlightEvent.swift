// SPDX-License-Identifier: Apache-2.0

/// What an observer from outside sees of a run: callers, providers, the store. Flights are numbered as they start.
enum FlightEvent: Equatable {
    case started(flight: Int, Ask, by: Int, isFast: Bool)
    case boarded(caller: Int, Ask, leads: Bool, isFast: Bool)
    /// The caller got a stored answer, and whose.
    case found(caller: Int, Ask, flight: Int)
    /// The provider has brought a piece, so long after the last one.
    case arrived(flight: Int, chunks: Int, bytes: Int, gap: UInt64)
    case stored(flight: Int, until: UInt64)
    case ended(flight: Int, fails: Bool)
    /// The upstream call was told to end.
    case cancelled(flight: Int)
    case began(caller: Int)
    /// A chunk reached the caller.
    case got(caller: Int, flight: Int, chunk: Int)
    case heardEnd(caller: Int, FlightOutcome, bill: Int?)
    case leaving(caller: Int)
    case left(caller: Int, bill: Int?)
    /// Bytes that the table keeps.
    case kept(Int)

    var words: (UInt64, UInt64, UInt64) {
        func pack(_ kind: UInt64, _ a: Int, _ b: Int = 0, _ c: Int = 0) -> (UInt64, UInt64, UInt64) {
            (kind << 56 ^ UInt64(truncatingIfNeeded: a), UInt64(truncatingIfNeeded: b), UInt64(truncatingIfNeeded: c))
        }
        return switch self {
        case .started(let flight, let ask, let caller, _): pack(1, flight, ask.scope << 8 ^ ask.prompt, caller)
        case .boarded(let caller, let ask, let leads, _): pack(2, caller, ask.scope << 8 ^ ask.prompt, leads ? 1 : 0)
        case .found(let caller, _, let flight): pack(3, caller, flight)
        case .arrived(let flight, let chunks, let bytes, _): pack(4, flight, chunks, bytes)
        case .stored(let flight, let until): pack(5, flight, Int(until))
        case .ended(let flight, let fails): pack(6, flight, fails ? 1 : 0)
        case .cancelled(let flight): pack(7, flight)
        case .began(let caller): pack(8, caller)
        case .got(let caller, let flight, let chunk): pack(9, caller, flight, chunk)
        case .heardEnd(let caller, let outcome, let bill): pack(10, caller, outcome.rawValue, bill ?? -1)
        case .leaving(let caller): pack(11, caller)
        case .left(let caller, let bill): pack(12, caller, bill ?? -1)
        case .kept(let bytes): pack(13, bytes)
        }
    }
}

enum FlightOutcome: Int, Equatable {
    case whole, streamed, failed, fellBehind
}

/// Rare paths that must be met, or the worlds are too tame to say anything.
package enum FlightProbe: String, CaseIterable, Sendable {
    case joinedBeforeHead, joinedInStream, leaderLeft, abandoned, errorShared, boardedAgain, historyFull, fellBehind, pilotHeld
    case foundAfterLead, optedOut, otherScopeBeside, leftAfterEnd, accountPassedOn, startedWhileCancelling
}
