// SPDX-License-Identifier: Apache-2.0
import Caching
import Testing

struct RecentHitsTests {
    private func hit(_ uid: UInt32) -> RecentHits.Hit {
        RecentHits.Hit(key: CacheKey(words: (UInt64(uid), 0, 0, 0)), uid: uid, domain: nil, cosine: 1)
    }

    @Test func `the last hits are known, and no more of them than there is room for`() {
        var hits = RecentHits(capacity: 3)
        for uid in 0..<5 as Range<UInt32> { hits.note(hit(uid), of: "trace-\(uid)") }
        #expect((0..<5).map { hits.hit(of: "trace-\($0)")?.uid } == [nil, nil, 2, 3, 4])
    }

    @Test func `a trace that hits again counts with its last hit`() {
        var hits = RecentHits(capacity: 2)
        hits.note(hit(1), of: "a")
        hits.note(hit(2), of: "a")
        #expect(hits.hit(of: "a")?.uid == 2)
    }

    @Test func `a hit is forgotten once, and the order of the others stays`() {
        var hits = RecentHits(capacity: 3)
        for uid in 0..<4 as Range<UInt32> { hits.note(hit(uid), of: "trace-\(uid)") }
        hits.forget("trace-2")
        hits.forget("trace-2")
        hits.note(hit(9), of: "trace-9")
        #expect([1, 2, 3, 9].map { hits.hit(of: "trace-\($0)")?.uid } == [1, nil, 3, 9])
        hits.note(hit(10), of: "trace-10")
        #expect([1, 3, 9, 10].map { hits.hit(of: "trace-\($0)")?.uid } == [nil, 3, 9, 10])
    }
}
