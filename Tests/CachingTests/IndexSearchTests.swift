// SPDX-License-Identifier: Apache-2.0
import Caching
import Synchronization
import TestSupport
import Testing

private let partition = CacheKey(words: (1, 2, 3, 4))
private let another = CacheKey(words: (4, 3, 2, 1))
private let kernels = VectorKernel.allCases.filter(\.isSupported)

/// Both hold the same, or nearly: equally near ones may come in any order.
private func expectEqual(_ found: [Neighbour], _ expected: ArraySlice<Neighbour>) {
    #expect(found.map(\.cosine) == expected.map(\.cosine))
    guard let last = expected.last else { return }
    let (nearer, expectedNearer) = (found.filter { $0.cosine > last.cosine }, expected.filter { $0.cosine > last.cosine })
    #expect(Set(nearer.map(\.key)) == Set(expectedNearer.map(\.key)))
}

@Test(arguments: kernels) func `a small partition is searched exactly at any threshold`(kernel: VectorKernel) {
    var random = SeededRandom(seed: 10)
    for dimension in [3, 48, 129] {
        var index = VectorIndex(byteLimit: 1 << 30, kernel: kernel)
        var plain = PlainIndex()
        let centres = (0..<6).map { _ in random.vector(dimension) }
        for _ in 0..<300 {
            let vector = QuantisedVector(random.vector(at: Float(random.below(100)) / 100, to: centres[random.below(6)]))
            let (key, place) = (random.key(), random.chance(3) ? another : partition)
            expect(index.insert(key, into: place, vector: vector, expiresAt: 10, now: 0), .inserted(evicted: []))
            plain.entries[key] = PlainIndex.Entry(partition: place, vector: vector, expiresAt: 10)
        }
        for centre in centres {
            let query = QuantisedVector(random.vector(at: 0.9, to: centre))
            for (cosine, most) in [(0.8, 5), (0.3, 1000), (-1, 7), (0.95, 1), (0.8, 0)] as [(Float, Int)] {
                let found = index.nearest(to: query, in: partition, atLeast: cosine, atMost: most, now: 0)
                expectEqual(found, plain.nearest(to: query, in: partition, atLeast: cosine, now: 0).prefix(most))
            }
        }
    }
}

@Test(arguments: kernels) func `in a large partition a question at the threshold or above is missed by one in hundreds at most`(
    kernel: VectorKernel
) {
    var random = SeededRandom(seed: 11)
    var index = VectorIndex(byteLimit: 1 << 30, kernel: kernel)
    let dimension = 128
    for _ in 0..<VectorIndex.exactMax {
        _ = index.insert(
            random.key(), into: partition, vector: QuantisedVector(random.vector(dimension)), expiresAt: 1, now: 0)
    }
    var missed = 0
    for step in 0..<600 {
        let centre = random.vector(dimension)
        let query = QuantisedVector(centre)
        let vector = QuantisedVector(random.vector(at: [0.81, 0.85, 0.93][step % 3], to: centre))
        let key = random.key()
        _ = index.insert(key, into: partition, vector: vector, expiresAt: 1, now: 0)
        let cosine = PlainIndex.cosine(query, vector)
        let found = index.nearest(to: query, in: partition, atLeast: 0.8, atMost: 1, now: 0)
        if cosine >= 0.8, found != [Neighbour(key: key, cosine: cosine)] { missed += 1 }
        // Nothing that is farther away.
        #expect(found.allSatisfy { $0.cosine >= 0.8 })
    }
    #expect(missed <= 2)
}

@Test(arguments: kernels) func `among many like questions the nearest few are found, though not all are compared`(
    kernel: VectorKernel
) {
    var random = SeededRandom(seed: 13)
    var index = VectorIndex(byteLimit: 1 << 30, kernel: kernel)
    var plain = PlainIndex()
    let dimension = 96
    let centres = (0..<3).map { _ in random.vector(dimension) }
    for step in 0..<VectorIndex.exactMax + 1000 {
        let cosine = 0.8 + Float(random.below(20)) / 100
        let (key, vector) = (random.key(), QuantisedVector(random.vector(at: cosine, to: centres[step % 3])))
        _ = index.insert(key, into: partition, vector: vector, expiresAt: 1, now: 0)
        plain.entries[key] = PlainIndex.Entry(partition: partition, vector: vector, expiresAt: 1)
    }
    var missed = 0
    for step in 0..<12 {
        let query = QuantisedVector(random.vector(at: 0.95, to: centres[step % 3]))
        let found = index.nearest(to: query, in: partition, atLeast: 0.8, atMost: 8, now: 0)
        let expected = plain.nearest(to: query, in: partition, atLeast: 0.8, now: 0).prefix(8)
        #expect(found.count == 8)
        missed += expected.filter { $0.cosine > found[7].cosine && !found.contains($0) }.count
    }
    #expect(missed <= 2)
}

@Test func `many near-duplicates do not hide the nearest`() {
    var random = SeededRandom(seed: 12)
    var index = VectorIndex(byteLimit: 1 << 30)
    let centre = random.vector(64)
    for _ in 0..<4 * VectorIndex.survivorsMax {
        let vector = QuantisedVector(random.vector(at: 0.9, to: centre))
        _ = index.insert(random.key(), into: partition, vector: vector, expiresAt: 1, now: 0)
    }
    let (key, query) = (random.key(), QuantisedVector(random.vector(at: 0.97, to: centre)))
    _ = index.insert(key, into: partition, vector: query, expiresAt: 1, now: 0)
    let found = index.nearest(to: query, in: partition, atLeast: 0.8, atMost: 3, now: 0)
    #expect(found.first?.key == key)
    #expect(found.count == 3)
    #expect(found == found.sorted { $0.cosine > $1.cosine })
}

@Test func `many equal vectors are no trouble`() {
    var random = SeededRandom(seed: 13)
    var index = VectorIndex(byteLimit: 1 << 30)
    let vector = QuantisedVector(random.vector(16))
    for _ in 0..<3 * VectorIndex.survivorsMax {
        _ = index.insert(random.key(), into: partition, vector: vector, expiresAt: 1, now: 0)
    }
    let found = index.nearest(to: vector, in: partition, atLeast: 0.99, atMost: 5, now: 0)
    #expect(found.count == 5)
}

@Test func `what has expired is not found, and is swept out`() {
    var random = SeededRandom(seed: 14)
    var index = VectorIndex(byteLimit: 1 << 30)
    let vector = QuantisedVector(random.vector(32))
    let keys = (0..<50).map { _ in random.key() }
    for (place, key) in keys.enumerated() {
        _ = index.insert(key, into: place % 3 == 0 ? another : partition, vector: vector, expiresAt: place, now: 0)
    }
    let found = index.nearest(to: vector, in: partition, atLeast: 0.9, atMost: 100, now: 20).map(\.key)
    #expect(Set(found) == Set(keys.enumerated().filter { $0.offset > 20 && $0.offset % 3 != 0 }.map(\.element)))
    var expired: [CacheKey] = []
    for _ in 0..<60 { expired += index.removeExpired(now: 20, looks: 2) }
    #expect(Set(expired) == Set(keys.prefix(21)))
    #expect(expired.count == 21)
    expect(index.count, 29)
    expect(index.removeExpired(now: 100, looks: 100).count, 29)
    expect(index.removeExpired(now: 100, looks: 100), [])
}

@Test func `a vector of another length is refused, and nothing is near to it`() {
    var index = VectorIndex(byteLimit: 1 << 30)
    let key = CacheKey(words: (9, 9, 9, 9))
    func vector(_ length: Int) -> QuantisedVector { QuantisedVector([Float](repeating: 1, count: length)) }
    expect(index.insert(key, into: partition, vector: vector(8), expiresAt: 1, now: 0), .inserted(evicted: []))
    expect(index.insert(key, into: partition, vector: vector(9), expiresAt: 1, now: 0), .refused(dimension: 8))
    expect(index.insert(key, into: another, vector: vector(0), expiresAt: 1, now: 0), .refused(dimension: 0))
    expect(index.insert(key, into: another, vector: vector(20_000), expiresAt: 1, now: 0), .refused(dimension: 0))
    expect(index.contains(key), true)
    expect(index.nearest(to: vector(9), in: partition, atLeast: 0, atMost: 1, now: 0), [])
    expect(index.nearest(to: vector(8), in: another, atLeast: 0, atMost: 1, now: 0), [])
    expect(index.nearest(to: vector(8), in: partition, atLeast: 0.9, atMost: 1, now: 0).map(\.key), [key])
}

@Test func `an index lives in a mutex`() {
    let index = Mutex(VectorIndex(byteLimit: 1 << 20))
    let count = index.withLock { $0.count }
    #expect(count == 0)
}
