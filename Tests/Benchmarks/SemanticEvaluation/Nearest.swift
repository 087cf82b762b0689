// SPDX-License-Identifier: Apache-2.0

/// The vectors of a stream in one block, and for each the nearest among the earlier ones.
struct VectorBlock {
    private static let width = 384
    private var values: [SIMD16<Float>] = []
    private let lanes = Self.width / 16
    private(set) var count = 0

    mutating func append(_ vector: [Float]) {
        for lane in 0..<lanes {
            var part = SIMD16<Float>(repeating: 0)
            for offset in 0..<16 where lane * 16 + offset < vector.count { part[offset] = vector[lane * 16 + offset] }
            values.append(part)
        }
        count += 1
    }

    /// - Returns: the place and cosine of those of the earlier vectors that are nearest, the nearest first.
    func nearest(to place: Int, atMost most: Int) -> [(place: Int, cosine: Float)] {
        var found: [(place: Int, cosine: Float)] = []
        values.withUnsafeBufferPointer { values in
            for earlier in 0..<place {
                var sum = SIMD16<Float>(repeating: 0)
                for lane in 0..<lanes { sum += values[place * lanes + lane] * values[earlier * lanes + lane] }
                let cosine = sum.sum()
                guard found.count < most || cosine > found[found.count - 1].cosine else { continue }
                let at = found.firstIndex { cosine > $0.cosine } ?? found.count
                found.insert((earlier, cosine), at: at)
                if found.count > most { found.removeLast() }
            }
        }
        return found
    }
}

/// A fixed order that is no order: the same rows come first on every machine.
struct FixedShuffle: RandomNumberGenerator {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
