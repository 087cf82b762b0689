// SPDX-License-Identifier: Apache-2.0

/// The requests of one connection that have no reply yet. Pure bookkeeping: whoever holds it calls the receivers, and not while
/// holding it.
struct InFlight {
    /// Where what belongs to one request goes. Called on the reader's thread, in the order of arrival; `onEnd` once, last.
    struct Receiver: Sendable {
        let onChunk: @Sendable (WicketValue) -> Void
        let onEnd: @Sendable (Result<WicketValue, any Error>) -> Void
    }

    private var lastID = 0
    private var receivers: [Int: Receiver] = [:]
    private var closed: WicketError?

    /// Takes a request in and names it.
    mutating func begin(_ receiver: Receiver) throws(WicketError) -> Int {
        if let closed { throw closed }
        lastID += 1
        receivers[lastID] = receiver
        return lastID
    }

    /// Who wants a chunk; nil when the request has ended meanwhile, which a cancelled one's chunks regularly find.
    func receiver(of id: Int) -> Receiver? { receivers[id] }

    /// The request ends, by a reply or because it is cancelled: whichever comes first gets the receiver, the other nil.
    mutating func end(_ id: Int) -> Receiver? { receivers.removeValue(forKey: id) }

    /// No request can be answered any more. Only the first reason counts.
    mutating func close(_ reason: WicketError) -> (receivers: [Receiver], reason: WicketError) {
        let reason = closed ?? reason
        closed = reason
        let open = receivers.sorted { $0.key < $1.key }.map(\.value)
        receivers = [:]
        return (open, reason)
    }
}
