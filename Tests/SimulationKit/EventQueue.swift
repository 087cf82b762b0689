// SPDX-License-Identifier: Apache-2.0

/// What is to happen at an instant. Cancelling leaves it in the queue, empty.
package final class ScheduledEvent {
    package let due: UInt64
    fileprivate let order: UInt64
    fileprivate var action: (() -> Void)?

    fileprivate init(due: UInt64, order: UInt64, action: @escaping () -> Void) {
        self.due = due
        self.order = order
        self.action = action
    }

    package var isPending: Bool { action != nil }
    package func cancel() { action = nil }

    fileprivate func precedes(_ other: ScheduledEvent) -> Bool { due != other.due ? due < other.due : order < other.order }
}

/// Events by their time; those of the same instant in the order in which they were added.
package struct EventQueue {
    private var heap: [ScheduledEvent] = []
    private var added: UInt64 = 0

    package init() {}

    package mutating func add(at due: UInt64, _ action: @escaping () -> Void) -> ScheduledEvent {
        let event = ScheduledEvent(due: due, order: added, action: action)
        added += 1
        heap.append(event)
        rise(from: heap.count - 1)
        return event
    }

    /// When the next one that was not cancelled is due.
    package mutating func nextDue() -> UInt64? {
        while let first = heap.first {
            if first.isPending { return first.due }
            removeFirst()
        }
        return nil
    }

    /// Takes the next action out, if it is due by `now`.
    package mutating func take(dueBy now: UInt64) -> (() -> Void)? {
        guard let due = nextDue(), due <= now else { return nil }
        let event = removeFirst()
        defer { event.action = nil }
        return event.action
    }

    @discardableResult
    private mutating func removeFirst() -> ScheduledEvent {
        let first = heap[0]
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first
    }

    private mutating func rise(from start: Int) {
        var index = start
        while index > 0, heap[index].precedes(heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink() {
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if heap[child].precedes(heap[least]) { least = child }
            }
            if least == index { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
