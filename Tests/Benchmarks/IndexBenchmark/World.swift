// SPDX-License-Identifier: Apache-2.0
import Caching
import TestSupport

/// Synthetic vectors like an embedder's: topics around a common mean, within each topic questions, within those paraphrases; the
/// axes have unequal weights. All from a seed.
struct World {
    static let dimension = 384
    let entries: Int
    /// The entries' vectors, one after another.
    private let bytes: [Int8]
    private let scales: [Float]
    private let keys: [CacheKey]
    private let queries: [QuantisedVector]

    init(entries: Int, seed: UInt64) {
        var random = Gaussian(seed: seed)
        let weights = (0..<Self.dimension).map { 1 / (1 + Float($0) / 64) }
        let mean = random.vector(weights)
        let topics = (0..<max(8, entries / 2000)).map { _ in random.near(mean, spread: 2.5, weights) }
        var bytes: [Int8] = []
        bytes.reserveCapacity(entries * Self.dimension)
        var scales: [Float] = []
        var queries: [QuantisedVector] = []
        var question = mean
        for entry in 0..<entries {
            if entry % 4 == 0 { question = random.near(topics[random.below(topics.count)], spread: 1.2, weights) }
            let vector = QuantisedVector(random.near(question, spread: 0.55, weights))
            bytes += vector.bytes
            scales.append(vector.scale)
            if entry % max(1, entries / 1000) == 0 {
                queries.append(QuantisedVector(random.near(question, spread: 0.45, weights)))
            }
        }
        var seeded = SeededRandom(seed: seed &+ 1)
        keys = (0..<entries).map { _ in CacheKey(words: (seeded.next(), seeded.next(), seeded.next(), seeded.next())) }
        self.entries = entries
        self.bytes = bytes
        self.scales = scales
        self.queries = queries
    }

    func key(_ entry: Int) -> CacheKey { keys[entry] }
    func query(_ index: Int) -> QuantisedVector { queries[index % queries.count] }

    func row<Result>(_ entry: Int, _ body: (UnsafeBufferPointer<Int8>, Float) -> Result) -> Result {
        bytes.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[entry * Self.dimension..<(entry + 1) * Self.dimension]), scales[entry])
        }
    }

    /// The cosine of the nearest entry, of all, one by one.
    func nearest(to query: QuantisedVector) -> Float? {
        bytes.withUnsafeBufferPointer { rows in
            query.bytes.withUnsafeBufferPointer { query in
                (0..<entries).map { entry in
                    guard let row = rows.baseAddress, let query = query.baseAddress else { return -1 }
                    var sum: Int32 = 0
                    let start = row + entry * Self.dimension
                    for at in 0..<Self.dimension { sum &+= Int32(start[at]) &* Int32(query[at]) }
                    return Float(sum) * scales[entry]
                }.max()
            }
        }.map { $0 * query.scale }
    }
}

/// Sums of uniform numbers: near enough.
private struct Gaussian {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

    private mutating func next() -> Float {
        let word = random.next()
        var sum: Float = 0
        for shift in stride(from: 0, to: 64, by: 16) { sum += Float(UInt16(truncatingIfNeeded: word >> UInt64(shift))) }
        return (sum / 65536 - 2) * 1.732
    }

    /// A random vector of length 1.
    mutating func vector(_ weights: [Float]) -> [Float] { unit(weights.map { $0 * next() }) }

    /// A vector at about the distance `spread` from `centre`, brought to length 1.
    mutating func near(_ centre: [Float], spread: Float, _ weights: [Float]) -> [Float] {
        let noise = vector(weights)
        return unit(zip(centre, noise).map { $0 + spread * $1 })
    }

    private func unit(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }
}
