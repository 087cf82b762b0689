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
    /// Oldest first from `oldest` on, round. Each hit writes here and hardly anybody asks: so it is searched, and has no index.
    private var hits: [(traceID: String, hit: Hit)] = []
    private var oldest = 0

    package init(capacity: Int = 8192) { self.capacity = max(1, capacity) }

    package mutating func note(_ hit: Hit, of traceID: String) {
        if hits.count < capacity { return hits.append((traceID, hit)) }
        hits[oldest] = (traceID, hit)
        oldest = oldest + 1 == capacity ? 0 : oldest + 1
    }

    /// A caller may give several calls one trace: the last hit counts.
    package func hit(of traceID: String) -> Hit? {
        let newest = hits[..<oldest].last { $0.traceID == traceID } ?? hits[oldest...].last { $0.traceID == traceID }
        return newest?.hit
    }

    /// A hit can be rejected once.
    package mutating func forget(_ traceID: String) {
        let inOrder = hits[oldest...] + hits[..<oldest]
        hits = inOrder.filter { $0.traceID != traceID }
        oldest = 0
    }
}
