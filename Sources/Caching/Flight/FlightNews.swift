// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// One upstream call that identical requests share; never used again.
package struct FlightID: Hashable, Sendable {
    let number: UInt64
}

/// A request that waits for a flight.
package struct PassengerID: Hashable, Sendable {
    package let flight: FlightID
    let seat: Int
}

/// How a stream began, before any piece of it.
package struct FlightHead: Sendable {
    /// The provider's HTTP status.
    package var status: Int
    /// From the sending to the first piece.
    package var latencyNanoseconds: UInt64?
    package var responseModel: String?

    package init(status: Int, latencyNanoseconds: UInt64? = nil, responseModel: String? = nil) {
        self.status = status
        self.latencyNanoseconds = latencyNanoseconds
        self.responseModel = responseModel
    }
}

/// Pieces of a stream that came at once, in one copy for everybody.
package final class FlightPieces: Sendable {
    package let batch: ChunkBatch

    /// - Parameter batch: its room may be used again afterwards.
    package init(copying batch: borrowing ChunkBatch) {
        var own = ChunkBatch()
        // Exactly as long as it must be: the original has room for the longest read there was.
        own.bytes = batch.bytes.withUnsafeBufferPointer { Array($0) }
        own.ends = batch.ends.withUnsafeBufferPointer { Array($0) }
        own.usage = batch.usage
        own.measure = batch.measure
        own.model = batch.model
        self.batch = own
    }

    /// What it takes up in memory, roughly.
    package var cost: Int { batch.bytes.count + 8 * batch.ends.count + Self.overhead }
    private static var overhead: Int { 256 }
}

/// What a flight came to, and what must be known of it for the books. An object: all passengers get the same one.
package final class FlightEnd: Sendable {
    package enum Outcome: Sendable {
        case whole(UnifiedResponse)
        /// Nothing was asked: the answer was kept when the flight was about to start.
        /// - cosine: how near its question is, where that is another one.
        case stored(CachedAnswer, cosine: Float?)
        /// The stream ended with its end mark; its pieces came before.
        case streamed
        case failed(GatewayFailure)
    }

    package let outcome: Outcome
    /// Whether the provider may have heard of it.
    package let wasSent: Bool
    /// The provider's HTTP status, or 0 where none came.
    package let status: Int
    /// To the answer or its first piece; nil where neither came.
    package let latencyNanoseconds: UInt64?
    /// To the end; nil where the last passenger left before.
    package let elapsedNanoseconds: UInt64?
    /// To the head of the provider's answer.
    package let firstByteNanoseconds: UInt64?
    package let usage: Usage
    /// What the ledger holds for it: who accounts for the flight settles that.
    package let reservation: Int?
    /// What came of a stream whose provider did not say all that it used.
    package let unreported: StreamMeasure?
    package let responseModel: String?
    package let chunks: Int
    /// What the provider's dialect has no place for.
    package let droppedParams: [String]

    package init(
        _ outcome: Outcome, wasSent: Bool = true, status: Int = 0, latencyNanoseconds: UInt64? = nil,
        elapsedNanoseconds: UInt64? = nil, firstByteNanoseconds: UInt64? = nil, usage: Usage = Usage(),
        reservation: Int? = nil, unreported: StreamMeasure? = nil, responseModel: String? = nil, chunks: Int = 0,
        droppedParams: [String] = []
    ) {
        self.outcome = outcome
        self.wasSent = wasSent
        self.status = status
        self.latencyNanoseconds = latencyNanoseconds
        self.elapsedNanoseconds = elapsedNanoseconds
        self.firstByteNanoseconds = firstByteNanoseconds
        self.usage = usage
        self.reservation = reservation
        self.unreported = unreported
        self.responseModel = responseModel
        self.chunks = chunks
        self.droppedParams = droppedParams
    }

    /// Of a passenger that was too far behind, whatever becomes of the flight.
    static var seatLost: FlightEnd {
        let failure = GatewayFailure(
            .overloaded,
            "This stream is shared with identical requests, and its caller read it so much more slowly than they did that it was "
                + "given up. Read faster, or set coalesce to false in the config's cache.")
        return FlightEnd(.failed(failure), wasSent: false)
    }
}

/// What a passenger hears of its flight, in this order: `began` and `pieces` of a stream only, and `ended` once.
package enum FlightNews: Sendable {
    case began(FlightHead)
    case pieces(FlightPieces)
    /// - accounts: true for exactly one passenger of a flight that asked somebody: its call counts the outcome in the target's
    ///   health and has usage and cost in its row.
    case ended(FlightEnd, accounts: Bool)
}

/// What follows when a passenger has left.
package struct FlightDeparture: Sendable {
    /// It accounts for the flight: nobody else will.
    package var account: FlightEnd?
    /// Nobody is left: the upstream call is to be cancelled.
    package var isAbandoned = false
}

/// In bytes, of one flight.
package struct FlightLimits: Sendable {
    /// As long as no more than that has come, more passengers are taken, and all of it is kept for them.
    package var history = 1 << 20
    /// So far the flight may be ahead of its fastest passenger; then the provider is not read from.
    package var ahead = 256 << 10
    /// So far a passenger may be behind; then it loses its seat, and nobody waits for it. More than both others.
    package var behind = 16 << 20

    package init() {}
}
