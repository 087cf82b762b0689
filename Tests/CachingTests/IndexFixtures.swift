// SPDX-License-Identifier: Apache-2.0
import Caching
import TestSupport
import Testing

/// `#expect` takes no value that cannot be copied, and so no call of an index.
func expect<Value: Equatable>(_ value: Value, _ expected: Value, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(value == expected, sourceLocation: sourceLocation)
}

extension SeededRandom {
    mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

    /// Near enough to a normal distribution.
    mutating func normal() -> Float {
        (0..<4).reduce(Float(0)) { sum, _ in sum + Float(next() >> 40) / Float(1 << 24) } * 1.732 - 3.464
    }

    mutating func vector(_ dimension: Int) -> [Float] { (0..<dimension).map { _ in normal() } }

    /// A vector with about that cosine to `centre`.
    mutating func vector(at cosine: Float, to centre: [Float]) -> [Float] {
        let noise = vector(centre.count)
        let along = zip(noise, centre).reduce(0) { $0 + $1.0 * $1.1 } / centre.reduce(0) { $0 + $1 * $1 }
        let across = zip(noise, centre).map { $0 - along * $1 }
        let ratio = (centre.reduce(0) { $0 + $1 * $1 } / across.reduce(0) { $0 + $1 * $1 }).squareRoot()
        let sine = (1 - cosine * cosine).squareRoot()
        return zip(centre, across).map { cosine * $0 + sine * ratio * $1 }
    }

    mutating func bytes(_ count: Int) -> [Int8] { (0..<count).map { _ in Int8(truncatingIfNeeded: next() >> 32) } }

    mutating func key() -> CacheKey { CacheKey(words: (next(), next(), next(), next())) }
}

/// What an index is compared with: nothing but a list.
struct PlainIndex {
    struct Entry {
        var partition: CacheKey
        var vector: QuantisedVector
        var expiresAt: Int
    }
    var entries: [CacheKey: Entry] = [:]

    func nearest(to query: QuantisedVector, in partition: CacheKey, atLeast cosine: Float, now: Int) -> [Neighbour] {
        entries.filter { $0.value.partition == partition && $0.value.expiresAt > now }
            .map { Neighbour(key: $0.key, cosine: Self.cosine(query, $0.value.vector)) }
            .filter { $0.cosine >= cosine }
            .sorted { $0.cosine > $1.cosine }
    }

    static func cosine(_ left: QuantisedVector, _ right: QuantisedVector) -> Float {
        let product = zip(left.bytes, right.bytes).reduce(Int32(0)) { $0 + Int32($1.0) * Int32($1.1) }
        return Float(product) * (left.scale * right.scale)
    }
}
