// SPDX-License-Identifier: Apache-2.0

/// Which answer a trace was given, for as long as somebody may still say that it was the wrong one: the last hits, in bounded
/// memory.
package struct RecentHits: Sendable {
    package struct Hit: Sendable, Equatable {
        package var key: CacheKey
        /// Whose call it was.
        package var uid: UInt32
        /// Where a false one counts; nil for an exact hit, which is not measured.
        package var domain: String?
        /// How near the question was, 1 for an exact hit.
        package var cosine: Float

        package init(key: CacheKey, uid: UInt32, domain: String?, cosine: Float) {
            self.key = key
            self.uid = uid
            self.domain = domain
            self.cosine = cosine
        }
    }

    private let capacity: Int
    private var hits: [String: Hit] = [:]
    /// The traces, oldest first from `oldest` on, round.
    private var order: [String] = []
    private var oldest = 0

    package init(capacity: Int = 8192) { self.capacity = max(1, capacity) }

    package mutating func note(_ hit: Hit, of traceID: String) {
        // A caller may give several calls one trace: the last hit counts.
        if hits.updateValue(hit, forKey: traceID) != nil { return }
        if order.count < capacity { return order.append(traceID) }
        hits[order[oldest]] = nil
        order[oldest] = traceID
        oldest = (oldest + 1) % capacity
    }

    package func hit(of traceID: String) -> Hit? { hits[traceID] }

    /// A hit can be rejected once.
    package mutating func forget(_ traceID: String) {
        guard hits.removeValue(forKey: traceID) != nil, let place = order.firstIndex(of: traceID) else { return }
        order.remove(at: place)
        if place < oldest { oldest -= 1 }
        // Round again from the start of what is left.
        order = Array(order[oldest...] + order[..<oldest])
        oldest = 0
    }
}
