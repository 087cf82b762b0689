// SPDX-License-Identifier: Apache-2.0

/// What a cell adds up. They are stored by their number: a new one goes to the end, and none is ever taken out.
enum RollupCounter: Int, CaseIterable, Sendable {
    case requests, errors, streams, inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, reasoningTokens
    case costNanoUSD, unpriced, estimated
    case exactHits, semanticHits, coalesced, misses, savedExactNanoUSD, savedSemanticNanoUSD
    /// Of all, of the hits, and of those that went well without being one.
    case latencyMicroseconds, hitLatencyMicroseconds, liveLatencyMicroseconds, liveCalls
    case upstreamMicroseconds, upstreamCalls, firstChunkMicroseconds, firstChunkCalls
    case identified, attempts, retries, rescuedByFallback, requestBytes, responseBytes
    /// Weights are in millionths.
    case feedback, feedbackWeight, feedbackWeighted, feedbackRequests
}

/// The sums over the calls of one group in one stretch of time. Cells add up, in any order, to the cell of all their calls.
struct RollupCell: Equatable, Sendable {
    private var sums = [Int](repeating: 0, count: RollupCounter.allCases.count)
    /// See `LatencyBuckets`.
    var latencies = SparseCounts()
    /// By status, of calls that failed.
    var errorStatuses = SparseCounts()
    /// By the number of the retry that went well.
    var rescuedByRetry = SparseCounts()
    /// By value, 10 added to it so that none is negative.
    var feedbackScores = SparseCounts()
    /// The lowest and the highest id among the calls' rows; 0 for none.
    private(set) var firstID = 0
    private(set) var lastID = 0
    /// When the latest of them started, in milliseconds since 1970.
    private(set) var lastSeenMilliseconds = 0

    subscript(counter: RollupCounter) -> Int {
        get { sums[counter.rawValue] }
        set { sums[counter.rawValue] = newValue }
    }

    mutating func see(id: Int, startedAt: Int) {
        firstID = firstID == 0 ? id : min(firstID, id)
        lastID = max(lastID, id)
        lastSeenMilliseconds = max(lastSeenMilliseconds, startedAt)
    }

    mutating func merge(_ other: RollupCell) {
        for index in sums.indices { sums[index] &+= other.sums[index] }
        latencies.merge(other.latencies)
        errorStatuses.merge(other.errorStatuses)
        rescuedByRetry.merge(other.rescuedByRetry)
        feedbackScores.merge(other.feedbackScores)
        mergeExtremes(other.firstID, other.lastID, other.lastSeenMilliseconds)
    }

    private mutating func mergeExtremes(_ first: Int, _ last: Int, _ lastSeen: Int) {
        if first > 0 { firstID = firstID == 0 ? first : min(firstID, first) }
        lastID = max(lastID, last)
        lastSeenMilliseconds = max(lastSeenMilliseconds, lastSeen)
    }

    // MARK: Bytes

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        VariableInteger.append(UInt64(firstID), to: &bytes)
        VariableInteger.append(UInt64(max(0, lastID - firstID)), to: &bytes)
        VariableInteger.append(UInt64(lastSeenMilliseconds), to: &bytes)
        VariableInteger.append(UInt64(sums.count), to: &bytes)
        for sum in sums { VariableInteger.append(signed: sum, to: &bytes) }
        for counts in [latencies, errorStatuses, rescuedByRetry, feedbackScores] { counts.append(to: &bytes) }
        return bytes
    }

    /// Adds a stored cell. One of an older version has fewer sums.
    mutating func merge(_ bytes: UnsafeRawBufferPointer) {
        var reader = VariableIntegerReader(bytes)
        let first = Int(truncatingIfNeeded: reader.next())
        let last = first &+ Int(truncatingIfNeeded: reader.next())
        mergeExtremes(first, last, Int(truncatingIfNeeded: reader.next()))
        for index in 0..<reader.nextCount() {
            let sum = reader.nextSigned()
            if index < sums.count { sums[index] &+= sum }
        }
        latencies.merge(&reader)
        errorStatuses.merge(&reader)
        rescuedByRetry.merge(&reader)
        feedbackScores.merge(&reader)
    }

    /// The ids of a stored cell's calls, read without the rest.
    static func ids(_ bytes: UnsafeRawBufferPointer) -> ClosedRange<Int>? {
        var reader = VariableIntegerReader(bytes)
        let first = Int(truncatingIfNeeded: reader.next())
        let last = first &+ Int(truncatingIfNeeded: reader.next())
        return first > 0 && last >= first ? first...last : nil
    }
}
