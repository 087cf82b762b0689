// SPDX-License-Identifier: Apache-2.0
import Caching
import SimulationKit
import TestSupport

enum FlightFault: CaseIterable, Hashable, Sendable {
    case callerLeaves, slowReader, failsAtOnce, cutShort, longStream, optsOut, slowLookup, lateCancel, shortLife, slowStorage
}

/// What a request is: two of them may share an upstream call only when all of it is equal.
struct Ask: Hashable {
    var scope: Int
    var prompt: Int
    var stream: Bool
    var limit: Int

    /// As the gateway would make it; the checker never looks at it.
    var key: CacheKey {
        CacheKey(words: (UInt64(scope), UInt64(prompt), 0, 0))
            .flight(FlightTerms(credential: .none, stream: stream, limits: [limit]))
    }
}

/// One small world: who asks what and when, how they read, and how providers answer. Times are nanoseconds.
struct FlightScenario {
    struct Caller {
        var at: UInt64
        var ask: Ask
        var leavesAfter: UInt64?
        /// Between two pieces.
        var readTime: UInt64
        var retries: Int
        var optsOut: Bool
        /// Between its look at the cache and its boarding.
        var lookupTime: UInt64
    }
    struct Piece {
        var gap: UInt64
        var chunks: Int
        var bytes: Int
    }
    struct Answer {
        var headTime: UInt64
        var pieces: [Piece]
        var fails: Bool
        /// How long the answer can be found afterwards.
        var life: UInt64
        /// Between its being stored and the end of its flight.
        var storageTime: UInt64
    }

    static var limits: FlightLimits {
        var limits = FlightLimits()
        (limits.history, limits.ahead, limits.behind) = (6_000, 2_500, 15_000)
        return limits
    }
    static let largestPiece = 2_000

    let callers: [Caller]
    let faults: Swarm<FlightFault>

    init(random: inout SeededRandom) {
        faults = Swarm(random: &random)
        let span = UInt64(random.int(0...20)) * 1_000
        let (scopes, prompts) = (random.int(1...2), random.int(1...3))
        var callers: [Caller] = []
        for _ in 0..<random.int(2...24) {
            let ask = Ask(
                scope: random.int(0...scopes - 1), prompt: random.int(0...prompts - 1), stream: random.fires(0.7),
                limit: random.fires(0.1) ? 1 : 0)
            callers.append(
                Caller(
                    at: random.next() % (span + 1), ask: ask,
                    leavesAfter: faults.strikes(.callerLeaves, &random) ? random.next() % 15_000 : nil,
                    readTime: faults.strikes(.slowReader, &random) ? 200 + random.next() % 6_000 : 0,
                    retries: random.int(0...3), optsOut: faults.strikes(.optsOut, &random),
                    lookupTime: faults.strikes(.slowLookup, &random) ? random.next() % 5_000 : 0))
        }
        self.callers = callers
    }

    func answer(_ random: inout SeededRandom) -> Answer {
        let isLong = faults.strikes(.longStream, &random)
        var pieces: [Piece] = []
        for _ in 0..<(isLong ? random.int(10...40) : random.int(1...6)) {
            let bytes = isLong ? random.int(100...Self.largestPiece - 500) : random.int(20...200)
            pieces.append(Piece(gap: random.next() % 2_000, chunks: random.int(1...3), bytes: bytes))
        }
        if faults.strikes(.failsAtOnce, &random) { pieces = [] }
        let isCut = faults.strikes(.cutShort, &random)
        return Answer(
            headTime: random.next() % 5_000, pieces: pieces, fails: pieces.isEmpty || isCut,
            life: faults.strikes(.shortLife, &random) ? random.next() % 3_000 : 1_000_000_000,
            storageTime: faults.strikes(.slowStorage, &random) ? random.next() % 2_000 : 0)
    }
}
