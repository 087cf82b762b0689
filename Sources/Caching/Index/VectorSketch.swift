// SPDX-License-Identifier: Apache-2.0
import CVectorScan

/// The signs of a vector's projection on 128 fixed directions. Two vectors at the angle `a` differ in each of them with the
/// probability `a / π`, whatever the dimension: a cosine of 0.8 is 26 of 128, and 0 is 64.
///
/// The directions go through 0, not through the mean of a partition's vectors: so the distance is a matter of the cosine alone,
/// the limit below follows from the threshold, and an insertion changes nobody else's sketch.
struct VectorSketch: Equatable {
    var low: UInt64 = 0
    var high: UInt64 = 0

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    init(_ vector: UnsafePointer<Int8>, signs: [Int8], kernel: VectorKernel) {
        wicket_scan_sketch(kernel.code, vector, signs, signs.count, &low, &high)
    }

    /// - Returns: What `init` needs for vectors of that length.
    static func signs(dimension: Int) -> [Int8] {
        [Int8](unsafeUninitializedCapacity: dimension) { buffer, count in
            if let start = buffer.baseAddress { wicket_scan_signs(start, dimension) }
            count = dimension
        }
    }

    /// The most bits in which an entry at the threshold may differ: of 500 such entries at most one differs in more (the binomial
    /// distribution of 128 bits), and the share falls steeply above: of those .05 nearer, one in ten thousand.
    static func limit(atLeast cosine: Float) -> UInt32 {
        limits.first { cosine >= $0.cosine }?.bits ?? 128
    }

    /// Below 0.5 nothing is left out by a sketch that ought to be.
    static let limits: [(cosine: Float, bits: UInt32)] = [
        (0.99, 13), (0.98, 17), (0.95, 24), (0.92, 28), (0.9, 31), (0.88, 33), (0.85, 36), (0.82, 38), (0.8, 40), (0.78, 42),
        (0.75, 44), (0.7, 47), (0.65, 50), (0.6, 53), (0.5, 58),
    ]
}
