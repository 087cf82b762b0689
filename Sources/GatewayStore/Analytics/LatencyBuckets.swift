// SPDX-License-Identifier: Apache-2.0

/// Durations in buckets that grow with them: each doubling is cut into sixteen. Whatever percentile is read of them lies within
/// `largestError` of the duration that has that rank.
enum LatencyBuckets {
    private static let bits = 4
    private static let cuts = 1 << bits

    /// Half a bucket's width over its lower end.
    static let largestError = 1 / Double(2 * cuts)

    static func bucket(of microseconds: Int) -> Int {
        if microseconds < cuts { return max(0, microseconds) }
        let magnitude = Int.bitWidth - 1 - microseconds.leadingZeroBitCount
        let fraction = (microseconds >> (magnitude - bits)) & (cuts - 1)
        return (magnitude - bits + 1) * cuts + fraction
    }

    /// The middle of a bucket, in microseconds.
    static func middle(of bucket: Int) -> Double {
        if bucket < cuts { return Double(bucket) }
        let shift = bucket / cuts - 1
        guard shift < 60 else { return Double(Int.max) }
        let low = (cuts + bucket % cuts) << shift
        return Double(low) + Double((1 << shift) - 1) / 2
    }

    /// The duration, in microseconds, that `share` of those in `counts` do not pass; nil where there are none.
    static func percentile(_ share: Double, of counts: SparseCounts) -> Double? {
        let total = counts.total
        if total == 0 { return nil }
        let rank = max(1, Int((share * Double(total)).rounded(.up)))
        var seen = 0
        for entry in counts.entries {
            seen += entry.count
            if seen >= rank { return middle(of: entry.number) }
        }
        return nil
    }
}
