// SPDX-License-Identifier: Apache-2.0

/// How the latencies of a target's good answers are spread, for percentiles: four buckets for each doubling from a quarter of a
/// millisecond to nine minutes, so that a percentile is at most a quarter too high. Halved from time to time, so that it speaks
/// of the last few hundred.
struct LatencyHistogram: Sendable {
    private static let bucketCount = 80
    private static let mostSamples: UInt32 = 1024
    /// Fewer say too little.
    private static let fewestSamples: UInt32 = 20
    /// A unit is 2^18 nanoseconds.
    private static let unitShift: UInt64 = 18

    private var buckets = InlineArray<80, UInt16>(repeating: 0)
    private var total: UInt32 = 0

    mutating func record(_ latency: UInt64) {
        buckets[Self.bucket(of: latency)] += 1
        total += 1
        guard total >= Self.mostSamples else { return }
        total = 0
        for index in buckets.indices {
            buckets[index] /= 2
            total += UInt32(buckets[index])
        }
    }

    /// The latency in nanoseconds that so many percent of the answers do not exceed, at the upper bound of its bucket.
    func percentile(_ percent: Double) -> UInt64? {
        guard total >= Self.fewestSamples, percent >= 0 else { return nil }
        let rank = max(Double(total) * min(percent, 100) / 100, 1)
        var seen = 0.0
        for index in buckets.indices {
            seen += Double(buckets[index])
            if seen >= rank { return Self.upperBound(of: index) }
        }
        return nil
    }

    /// The two bits after the highest one tell a doubling's buckets apart.
    private static func bucket(of latency: UInt64) -> Int {
        let units = latency >> unitShift
        guard units >= 4 else { return Int(units) }
        let exponent = 63 - units.leadingZeroBitCount
        let quarter = Int(truncatingIfNeeded: units >> UInt64(exponent - 2)) & 3
        return min((exponent - 1) * 4 + quarter, bucketCount - 1)
    }

    private static func upperBound(of bucket: Int) -> UInt64 {
        guard bucket >= 4 else { return UInt64(bucket + 1) << unitShift }
        let exponent = UInt64(bucket / 4 + 1)
        return UInt64(bucket % 4 + 5) << (exponent - 2 + unitShift)
    }
}
