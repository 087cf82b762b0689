// SPDX-License-Identifier: Apache-2.0
import Caching
import TestSupport
import Testing

private let dimension = 24

/// Runs random insertions, replacements, removals, uses, sweeps and searches against a list that does the same.
private func run(seed: UInt64, steps: Int, byteLimit: Int, partitions: Int) {
    var random = SeededRandom(seed: seed)
    var index = VectorIndex(byteLimit: byteLimit)
    var plain = PlainIndex()
    var keys: [CacheKey] = []
    let partitionKeys = (0..<partitions).map { _ in random.key() }
    for now in 0..<steps {
        switch random.below(20) {
        case 0..<12:
            let isNew = keys.isEmpty || random.below(5) > 0
            let key = isNew ? random.key() : keys[random.below(keys.count)]
            if isNew { keys.append(key) }
            let partition = partitionKeys[random.below(partitions) * random.below(partitions) / partitions]
            let entry = PlainIndex.Entry(
                partition: partition, vector: QuantisedVector(random.vector(dimension)),
                expiresAt: now + 1 + random.below(2 * steps))
            let answer = index.insert(key, into: partition, vector: entry.vector, expiresAt: entry.expiresAt, now: now)
            guard case .inserted(let evicted) = answer else {
                Issue.record("\(answer)")
                return
            }
            plain.entries[key] = nil
            for key in evicted { #expect(plain.entries.removeValue(forKey: key) != nil) }
            plain.entries[key] = entry
        case 12..<15 where !keys.isEmpty:
            let key = keys[random.below(keys.count)]
            expect(index.remove(key), plain.entries.removeValue(forKey: key) != nil)
        case 15:
            for key in index.removeExpired(now: now, looks: 20) {
                #expect(plain.entries.removeValue(forKey: key).map { $0.expiresAt <= now } == true)
            }
        case 16 where !keys.isEmpty:
            index.markUsed(keys[random.below(keys.count)])
        default:
            let (query, partition) = (QuantisedVector(random.vector(dimension)), partitionKeys[random.below(partitions)])
            let found = index.nearest(to: query, in: partition, atLeast: 0.2, atMost: 10, now: now)
            #expect(found == Array(plain.nearest(to: query, in: partition, atLeast: 0.2, now: now).prefix(10)))
        }
        expect(index.count, plain.entries.count)
        let byteCount = index.byteCount
        #expect(byteCount <= byteLimit + 4096)
    }
    for key in keys { expect(index.contains(key), plain.entries[key] != nil) }
    for key in keys where index.remove(key) { plain.entries[key] = nil }
    expect(index.count, 0)
    #expect(plain.entries.isEmpty)
}

@Test(arguments: 1...6 as ClosedRange<UInt64>) func `an index does what a list does`(seed: UInt64) {
    run(seed: seed, steps: 1500, byteLimit: 1 << 24, partitions: [1, 3, 40][Int(seed % 3)])
}

@Test(arguments: 1...6 as ClosedRange<UInt64>) func `a full index evicts, says what, and keeps its limit`(seed: UInt64) {
    run(seed: seed, steps: 1500, byteLimit: 40_000 + Int(seed) * 5000, partitions: [1, 3, 40][Int(seed % 3)])
}

@Test func `what is used stays, what nobody uses goes`() {
    var random = SeededRandom(seed: 30)
    var index = VectorIndex(byteLimit: 400_000)
    let partition = random.key()
    let favourites = (0..<100).map { _ in random.key() }
    var evicted: Set<CacheKey> = []
    func insert(_ key: CacheKey) {
        let vector = QuantisedVector(random.vector(dimension))
        if case .inserted(let keys) = index.insert(key, into: partition, vector: vector, expiresAt: .max, now: 0) {
            evicted.formUnion(keys)
        }
    }
    for key in favourites { insert(key) }
    for _ in 0..<20_000 {
        insert(random.key())
        index.markUsed(favourites[random.below(100)])
    }
    #expect(evicted.count > 10_000)
    let lost = evicted.intersection(favourites).count
    #expect(lost == 0)
}

@Test func `an expired entry goes although it was used`() {
    var random = SeededRandom(seed: 31)
    var index = VectorIndex(byteLimit: 100_000)
    let partition = random.key()
    let keys = (0..<10_000).map { _ in random.key() }
    for (place, key) in keys.enumerated() {
        let vector = QuantisedVector(random.vector(dimension))
        let insertion = index.insert(key, into: partition, vector: vector, expiresAt: place == 1 ? 5 : .max, now: place)
        if place < 3 { index.markUsed(key) }
        if case .inserted(let evicted) = insertion, !evicted.isEmpty {
            #expect(evicted == [keys[1]])
            return
        }
    }
    Issue.record("nothing was evicted")
}

@Test func `an index without room for one entry says so`() {
    var index = VectorIndex(byteLimit: 300)
    let vector = QuantisedVector([Float](repeating: 1, count: 384))
    let key = CacheKey(words: (1, 1, 1, 1))
    expect(index.insert(key, into: key, vector: vector, expiresAt: 1, now: 0), .noRoom(evicted: []))
    expect(index.count, 0)
}

@Test func `memory is given back`() {
    var random = SeededRandom(seed: 32)
    var index = VectorIndex(byteLimit: 1 << 28)
    let keys = (0..<12_000).map { _ in random.key() }
    let partitions = (0..<3).map { _ in random.key() }
    index.reserve(keys.count)
    let empty = index.byteCount
    for key in keys {
        let vector = QuantisedVector(random.vector(dimension))
        _ = index.insert(key, into: partitions[random.below(3)], vector: vector, expiresAt: 1, now: 0)
    }
    let full = index.byteCount
    #expect(full - empty > keys.count * (dimension + 45))
    for key in keys { expect(index.remove(key), true) }
    let left = index.byteCount
    #expect(left <= empty + 8192)
}
