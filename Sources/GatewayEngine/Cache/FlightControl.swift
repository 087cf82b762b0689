// SPDX-License-Identifier: Apache-2.0
package import Caching
package import GatewayModel
import Synchronization

/// A flight as who flies it sees it: the sink of a stream's pieces, and where the end is told. Used by one task.
///
/// When the last passenger leaves, that task is cancelled; what is told afterwards reaches nobody.
package final class FlightControl: ChunkSink, Sendable {
    private let id: FlightID
    private let shared: SharedFlights

    init(_ id: FlightID, _ shared: SharedFlights) {
        self.id = id
        self.shared = shared
    }

    /// No passenger waits for a flight that nobody flies.
    deinit {
        let failure = GatewayFailure(.internalError, "A request that others waited for ended without a word.")
        ended(FlightEnd(.failed(failure), wasSent: false))
    }

    /// Whether nobody waits for it any more, or it has ended.
    package var isOver: Bool { shared.state.withLock { !$0.table.isFlying(id) } }

    /// The provider may hear of it from now on.
    /// - Parameter reservation: what it holds of budgets: whoever accounts for the flight settles it.
    /// - Returns: false when nobody waits for it any more, so that nobody will.
    @discardableResult
    package func sent(reservation: Int? = nil) -> Bool { shared.state.withLock { $0.table.sent(id, reservation: reservation) } }

    /// A stream has begun; its pieces follow.
    package func began(_ head: FlightHead) {
        shared.change { state, wake in state.table.began(id, head, wake: &wake) }
    }

    /// Gives everybody more of the stream, and waits while even the fastest passenger is far behind.
    package func send(_ batch: borrowing ChunkBatch) async {
        let pieces = FlightPieces(copying: batch)
        var mayGoOn = true
        shared.change { state, wake in
            state.table.arrived(id, pieces, wake: &wake)
            mayGoOn = state.table.mayGoOn(id)
        }
        if !mayGoOn { await waitForPassengers() }
    }

    /// It is over, for everybody. A good answer is stored *before* this is told: from now on the next request with its key looks
    /// there, or begins another flight.
    package func ended(_ end: FlightEnd) {
        var cancel: (@Sendable () -> Void)?
        shared.change { state, wake in
            state.table.ended(id, end, wake: &wake)
            cancel = state.cancels.removeValue(forKey: id)
        }
        // Let go of outside of the lock: it may be what held the last reference to a flight's task.
        _ = cancel.take()
    }

    private func waitForPassengers() async {
        let (id, shared) = (id, shared)
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: Waiter) in
                let isParked = shared.state.withLock { state in
                    guard !Task.isCancelled, !state.table.mayGoOn(id) else { return false }
                    state.pilots[id] = continuation
                    return true
                }
                if !isParked { continuation.resume() }
            }
        } onCancel: {
            shared.state.withLock { $0.pilots.removeValue(forKey: id) }?.resume()
        }
    }
}
