// SPDX-License-Identifier: Apache-2.0

/// Names a timer, so that it can be cancelled. Never reused within a heap's life.
package struct TimerID: Hashable, Sendable {
    let value: UInt64
}

/// What is due when: a binary heap of instants and the work of each. Cancelling forgets the work at once and leaves a tombstone
/// in the heap; tombstones are swept when they are the majority, so that many short timers under long deadlines stay bounded.
struct TimerHeap {
    private struct Entry {
        var due: UInt64
        var id: TimerID
    }
    private var heap: [Entry] = []
    private var work: [TimerID: () -> Void] = [:]
    private var lastID: UInt64 = 0

    /// How many timers are armed.
    var count: Int { work.count }

    /// The earliest instant at which something may be due; a tombstone may make it too early, which is harmless.
    var nextDue: UInt64? { heap.first?.due }

    mutating func insert(due: UInt64, _ body: @escaping () -> Void) -> TimerID {
        lastID &+= 1
        let id = TimerID(value: lastID)
        work[id] = body
        heap.append(Entry(due: due, id: id))
        siftUp(heap.count - 1)
        return id
    }

    mutating func cancel(_ id: TimerID) {
        guard work.removeValue(forKey: id) != nil else { return }
        if heap.count > 64, heap.count > 2 * work.count { sweep() }
    }

    /// Names what is due at `now`, in order, leaving its work to be taken.
    mutating func popDue(_ now: UInt64, into due: inout [TimerID]) {
        while let first = heap.first, first.due <= now {
            removeFirst()
            if work[first.id] != nil { due.append(first.id) }
        }
    }

    /// The work of a timer, once; nil when it was cancelled meanwhile.
    mutating func take(_ id: TimerID) -> (() -> Void)? { work.removeValue(forKey: id) }

    private mutating func sweep() {
        heap.removeAll { work[$0.id] == nil }
        for index in stride(from: heap.count / 2, through: 0, by: -1) { siftDown(index) }
    }

    private mutating func removeFirst() {
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
        siftDown(0)
    }

    /// Earlier first; equal instants in the order they were armed.
    private func precedes(_ left: Int, _ right: Int) -> Bool {
        (heap[left].due, heap[left].id.value) < (heap[right].due, heap[right].id.value)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            if !precedes(index, parent) { return }
            heap.swapAt(parent, index)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while 2 * index + 1 < heap.count {
            var child = 2 * index + 1
            if child + 1 < heap.count, precedes(child + 1, child) { child += 1 }
            if !precedes(child, index) { return }
            heap.swapAt(child, index)
            index = child
        }
    }
}
