// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Reactor

@Suite struct TimerHeapTests {
    /// Against the plainest model there is: a list that is sorted at the end.
    @Test(arguments: 0..<20)
    func `what is left fires sorted, whatever was armed and cancelled`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var heap = TimerHeap()
        var model: [(due: UInt64, id: TimerID)] = []
        for _ in 0..<2000 {
            if random.next() % 3 > 0 || model.isEmpty {
                let due = random.next() % 500
                model.append((due, heap.insert(due: due) {}))
            } else {
                let victim = model.remove(at: Int(random.next() % UInt64(model.count)))
                heap.cancel(victim.id)
            }
        }
        #expect(heap.count == model.count)
        var fired: [TimerID] = []
        for now in [UInt64(0), 100, 100, 499] {
            var due: [TimerID] = []
            heap.popDue(now, into: &due)
            fired += due.filter { heap.take($0) != nil }
        }
        #expect(fired == model.sorted { ($0.due, $0.id.value) < ($1.due, $1.id.value) }.map(\.id))
        #expect(heap.count == 0)
    }

    @Test func `a timer that was named as due can still be cancelled`() {
        var heap = TimerHeap()
        let first = heap.insert(due: 1) {}
        var due: [TimerID] = []
        heap.popDue(1, into: &due)
        heap.cancel(first)
        #expect(due == [first])
        #expect(heap.take(first) == nil)
    }
}
