// SPDX-License-Identifier: Apache-2.0
@testable import Caching
import Foundation
import TestSupport
import Testing

/// The share of entries at that cosine whose sketch differs in more bits.
private func missed(at cosine: Double, beyond bits: UInt32) -> Double {
    let share = acos(cosine) / Double.pi
    return (Int(bits) + 1...128).reduce(0) { sum, count in
        let choices = lgamma(129) - lgamma(Double(count + 1)) - lgamma(Double(129 - count))
        return sum + exp(choices + Double(count) * log(share) + Double(128 - count) * log(1 - share))
    }
}

@Test func `each limit follows from its threshold`() {
    for (cosine, bits) in VectorSketch.limits {
        #expect(missed(at: Double(cosine), beyond: bits) <= 1 / 500, "\(cosine)")
        #expect(missed(at: Double(cosine), beyond: bits - 1) > 1 / 500, "\(cosine)")
    }
    #expect(VectorSketch.limit(atLeast: 0.8) == 40)
    #expect(VectorSketch.limit(atLeast: 0.79) == 42)
    #expect(VectorSketch.limit(atLeast: 1) == 13)
    #expect(VectorSketch.limit(atLeast: 0.4) == 128)
}

@Test(arguments: [48, 128, 384, 1000, 1536]) func `sketches differ in proportion to the angle`(dimension: Int) {
    var random = SeededRandom(seed: 20)
    let signs = VectorSketch.signs(dimension: dimension)
    for cosine in [0.0, 0.5, 0.8, 0.95] as [Float] {
        var sum = 0
        for _ in 0..<100 {
            let centre = random.vector(dimension)
            let left = QuantisedVector(centre).bytes
            let right = QuantisedVector(random.vector(at: cosine, to: centre)).bytes
            let (first, second) = (
                VectorSketch(left, signs: signs, kernel: .best), VectorSketch(right, signs: signs, kernel: .best)
            )
            sum += (first.low ^ second.low).nonzeroBitCount + (first.high ^ second.high).nonzeroBitCount
        }
        let expected = acos(Double(cosine)) / Double.pi * 128
        #expect(abs(Double(sum) / 100 - expected) < 2.5, "\(cosine)")
    }
}
