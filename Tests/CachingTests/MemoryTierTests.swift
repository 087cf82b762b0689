// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import TestSupport
import Testing

struct MemoryTierTests {
    private func key(_ number: Int) -> CacheKey {
        var random = SeededRandom(seed: UInt64(number))
        return CacheKey(words: (random.next(), random.next(), random.next(), random.next()))
    }

    private func answer(_ number: Int, bytes: Int = 1000, storedAt: Int = 0, expiresAt: Int = 1_000_000, tag: UInt8 = 0)
        -> CachedAnswer
    {
        CachedAnswer(
            key: key(number), scope: "host", namespace: nil, operation: .chat, provider: "p",
            body: Array(repeating: tag, count: bytes), usage: Usage(), responseModel: nil, traceID: "t",
            storedAtMilliseconds: storedAt, expiresAtMilliseconds: expiresAt)
    }

    @Test func `an answer is there until it expires, and for each caller as young as he asks`() {
        var tier = MemoryTier(byteLimit: 1 << 20)
        tier.insert(answer(1, storedAt: 1000, expiresAt: 5000))
        #expect(tier.lookup(key(1), now: 4999)?.key == key(1))
        #expect(tier.lookup(key(2), now: 4999) == nil)
        #expect(tier.lookup(key(1), now: 3000, maxAge: 2000) != nil)
        #expect(tier.lookup(key(1), now: 3001, maxAge: 2000) == nil)
        #expect(tier.lookup(key(1), now: 3001) != nil)
        #expect(tier.lookup(key(1), now: 500, maxAge: 0) != nil, "a clock that was set back makes nothing old")
        #expect(tier.lookup(key(1), now: 5000) == nil)
        #expect(tier.count == 0 && tier.bytes == 0)
    }

    @Test func `random use never breaks the bound, the sums or the answers`() {
        var random = SeededRandom(seed: 3)
        for limit in [0, 20_000, 100_000, 4_000_000] {
            var tier = MemoryTier(byteLimit: limit)
            var model: [CacheKey: CachedAnswer] = [:]
            for step in 0..<20_000 {
                let number = Int.random(in: 0..<300, using: &random)
                switch Int.random(in: 0..<10, using: &random) {
                case 0:
                    tier.remove(key(number))
                    model[key(number)] = nil
                case 1 where random.chance(50):
                    let keys = (0..<50).map { key($0) }
                    tier.removeAll(keys)
                    for key in keys { model[key] = nil }
                case 2...5:
                    let new = answer(
                        number, bytes: Int.random(in: 0..<4000, using: &random), storedAt: step,
                        expiresAt: step + Int.random(in: 1..<5000, using: &random))
                    tier.insert(new)
                    model[new.key] = new
                default:
                    let expected = model[key(number)].flatMap { $0.expiresAtMilliseconds > step ? $0 : nil }
                    if let found = tier.lookup(key(number), now: step) {
                        #expect(found === expected)
                    } else if limit == 4_000_000, expected != nil {
                        // All 300 answers fit, so that none may be missing.
                        Issue.record("an answer is gone that had room")
                    }
                }
                #expect(tier.bytes <= limit)
            }
            let held = (0..<300).compactMap { tier.lookup(key($0), now: 0) }
            #expect(held.count == tier.count)
            #expect(held.reduce(0) { $0 + MemoryTier.size(of: $1) } == tier.bytes)
            tier.removeAll()
            #expect(tier.count == 0 && tier.bytes == 0)
        }
    }

    @Test func `an answer of more than an eighth of the room is not kept`() {
        var tier = MemoryTier(byteLimit: 80_000)
        tier.insert(answer(1, bytes: 100))
        tier.insert(answer(1, bytes: 10_000))
        #expect(tier.lookup(key(1), now: 0) == nil, "neither the new one nor the old")
        #expect(tier.evicted == 1)
    }

    /// The numbers drawn fall off as 1/rank, with scans of numbers between them that never come again.
    @Test(arguments: [0, 10]) func `it hits as often as a plain list of the last used, and more often under scans`(
        _ scanEvery: Int
    ) {
        var random = SeededRandom(seed: 5)
        let weights = (1...5000).map { 1 / Double($0) }
        var sums: [Double] = []
        for weight in weights { sums.append((sums.last ?? 0) + weight) }
        let room = 300
        var tier = MemoryTier(byteLimit: room * MemoryTier.size(of: answer(0)))
        var plain = PlainList(room: room)
        var (hits, plainHits, asked) = (0, 0, 0)
        func ask(_ number: Int) {
            if tier.lookup(key(number), now: 0) == nil { tier.insert(answer(number)) } else { hits += 1 }
            if plain.use(number) { plainHits += 1 }
            asked += 1
        }
        for step in 0..<40_000 {
            let drawn = Double.random(in: 0..<(sums.last ?? 1), using: &random)
            var (low, high) = (0, sums.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if sums[middle] <= drawn { low = middle + 1 } else { high = middle }
            }
            ask(low)
            if scanEvery > 0, step % 1000 == 0 {
                for number in 0..<1000 / scanEvery * 10 { ask(1_000_000 + step * 1000 + number) }
            }
        }
        #expect(hits >= plainHits, "\(hits) against \(plainHits) of \(asked)")
        if scanEvery > 0 { #expect(hits * 100 > plainHits * 110, "\(hits) against \(plainHits) of \(asked)") }
    }
}

/// What it is compared with: the last used stay.
private struct PlainList {
    let room: Int
    private var used: [Int: Int] = [:]
    private var clock = 0

    init(room: Int) { self.room = room }

    mutating func use(_ number: Int) -> Bool {
        clock += 1
        let isThere = used.updateValue(clock, forKey: number) != nil
        if used.count > room, let oldest = used.min(by: { $0.value < $1.value }) { used[oldest.key] = nil }
        return isThere
    }
}
